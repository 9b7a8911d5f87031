"""What clients are generated from changes on purpose only: every operation and schema of the document, by its digest.

After a change on purpose ``python -m tests.openapi.test_contract`` writes ``contract.txt`` anew, and the changelog says
what is different for a generated client. Examples are not in it: they are sent and judged by ``test_examples``.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).with_name("contract.txt")
_EXAMPLES = ("example", "examples")


def document() -> dict[str, Any]:
    """Return the document as the command prints it."""
    printed = subprocess.run([sys.executable, "-m", "emulator", "openapi"], capture_output=True, check=True, timeout=60)
    told: dict[str, Any] = json.loads(printed.stdout)
    return told


def lines_of(told: dict[str, Any]) -> Iterator[str]:
    """Yield the operations in their order, then the schemas in theirs, each with a digest of what it says."""
    for path, verbs in told["paths"].items():
        for verb, operation in verbs.items():
            yield f"{verb.upper()} {path} {_digest(operation)}"
    for name, schema in told["components"]["schemas"].items():
        yield f"{name} {_digest(schema)}"


def _digest(said: object) -> str:
    return hashlib.sha256(json.dumps(_without_examples(said)).encode()).hexdigest()[:12]


def _without_examples(said: Any) -> Any:
    if isinstance(said, dict):
        return {word: _without_examples(value) for word, value in said.items() if word not in _EXAMPLES}
    return [_without_examples(each) for each in said] if isinstance(said, list) else said


def test_every_operation_and_schema_of_the_document_is_as_it_was_agreed() -> None:
    agreed, found = CONTRACT.read_text("utf-8").splitlines(), list(lines_of(document()))
    assert len(found) > 300
    assert [line for line in found if line not in agreed] == [], "not agreed: see the head of this module"
    assert found == agreed


if __name__ == "__main__":
    CONTRACT.write_text("".join(f"{line}\n" for line in lines_of(document())), "utf-8")
