"""What ``doctor`` finds: sentences with what to do about them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["OK", "WARN", "FAIL"]


@dataclass(frozen=True)
class DoctorLine:
    """One line: what was looked at, how it is, and what to do when it is not well. Texts are (Vietnamese, English)."""

    name: str
    state: State
    said: tuple[str, str]
    advice: tuple[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        plain = asdict(self)
        for word in ("said", "advice"):
            plain[word] = dict(zip(("vi", "en"), plain[word], strict=True)) if plain[word] else None
        return plain


def ok(name: str, vi: str, en: str) -> DoctorLine:
    """Say that something is as it should be."""
    return DoctorLine(name, "OK", (vi, en))


def warn(name: str, said: tuple[str, str], advice: tuple[str, str]) -> DoctorLine:
    """Say what may bring trouble."""
    return DoctorLine(name, "WARN", said, advice)


def fail(name: str, said: tuple[str, str], advice: tuple[str, str]) -> DoctorLine:
    """Say what stops ``serve``."""
    return DoctorLine(name, "FAIL", said, advice)
