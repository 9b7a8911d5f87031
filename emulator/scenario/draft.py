"""Writing a scenario's document as a file people can go on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

_HEAD = "# yaml-language-server: $schema=./scenario.schema.json\n"


class _Writer(yaml.SafeDumper):
    """Writes no anchors: two steps that say the same thing say it twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def as_yaml(document: Mapping[str, Any]) -> str:
    """Return the file's text; what it is read back as is what went in, character by character."""
    return _HEAD + yaml.dump(
        dict(document), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=120, default_flow_style=False
    )
