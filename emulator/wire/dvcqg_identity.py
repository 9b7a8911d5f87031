"""Numbers that name an owner of papers: CCCD, or the tax code of an enterprise (KDL V.2 row 3; K13)."""

from __future__ import annotations

import re

_CITIZEN = re.compile(r"\d{12}", re.ASCII)
_TAX = re.compile(r"\d{10}(?:-\d{3})?", re.ASCII)


def is_identity_number(text: str) -> bool:
    """Tell whether a text is a citizen's number of 12 digits or a tax code of 10, with or without a branch."""
    return bool(_CITIZEN.fullmatch(text) or _TAX.fullmatch(text))
