"""Codes of results (K18, K28) and of procedures (K26; src:procedure-codes): their grammars and the usual slips."""

from __future__ import annotations

import re

_DOTTED = re.compile(r"KQ\.[A-Z]\d{2}\.\d{6}", re.ASCII)
_AGENCY_FIRST = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-KQ\d{4}", re.ASCII)
_MISREAD = re.compile(r"KQ\.0(\d{2})\.(\d{6})", re.ASCII)
_PROCEDURE = re.compile(r"[1-9]\.\d{6}", re.ASCII)
_LOCAL_PROCEDURE = re.compile(r"([1-9]\.\d{6})\.(?:000\.00\.00\.)?[A-Z]\d{2}", re.ASCII)


def is_result_code(text: str) -> bool:
    """Tell whether a text is a result code: ``KQ.G15.000007`` or ``000.00.00.G01-KQ0266``; both are valid (K18)."""
    return bool(_DOTTED.fullmatch(text) or _AGENCY_FIRST.fullmatch(text))


def mended_result_code(text: str) -> str | None:
    """Return ``KQ.G15.000007`` for ``KQ.015.000007``, in which a scan read G as 0 (K28); None for any other text."""
    found = _MISREAD.fullmatch(text)
    return f"KQ.G{found[1]}.{found[2]}" if found else None


def is_procedure_code(text: str) -> bool:
    """Tell whether a text is a procedure code in its national form."""
    return bool(_PROCEDURE.fullmatch(text))


def national_procedure_code(text: str) -> str | None:
    """Return ``1.003709`` for ``1.003709.000.00.00.H34`` (K26); None for a text that has no such suffix."""
    found = _LOCAL_PROCEDURE.fullmatch(text)
    return found[1] if found else None
