"""Documented refusals. Any other exception is the emulator's own fault.

::

    Refusal
    ├── GatewayRefusal    the NDXP gateway says no: status, code, message, description
    ├── AxisRefusal       a security server of the axis says no: X-Road's fault code and sentence
    └── ServiceRefusal    a provider says no in its own envelope: code and sentences
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from emulator.kernel.exchange import Headers, Remark, RemarkList

FaultFamily = Literal["security", "throttling", "other", "empty"]


class Refusal(Exception):
    """A documented *no*. Rules raise it; the envelope of the door or of the provider words it."""

    def __init__(self, remarks: Sequence[Remark] = ()) -> None:
        super().__init__("; ".join(remark.en for remark in remarks))
        self.remarks: Sequence[Remark] = remarks if isinstance(remarks, RemarkList) else tuple(remarks)


class GatewayRefusal(Refusal):
    """The gateway refuses before any provider is asked.

    ``family`` chooses the fault body (src:apim-faults); ``code`` is the WSO2 code, or the HTTP status for
    routing faults; ``headers`` are added to the reply, ``members`` to the end of the fault. ``extras`` are words for
    what else its release puts on it: ``cors``, ``echo``, ``challenge``.
    """

    extras: frozenset[str] = frozenset({"cors"})

    def __init__(
        self,
        family: FaultFamily,
        status: int,
        code: int,
        message: str,
        description: str,
        headers: Headers = (),
        remarks: Sequence[Remark] = (),
        members: Headers = (),
    ) -> None:
        super().__init__(remarks)
        self.members = members
        self.family, self.status, self.code = family, status, code
        self.message, self.description, self.headers = message, description, headers


class AxisRefusal(Refusal):
    """A security server says no: ``code`` is X-Road's fault code, ``message`` its sentence."""

    def __init__(self, code: str, message: str, remarks: Sequence[Remark] = ()) -> None:
        super().__init__(remarks)
        self.code, self.message = code, message


class AskAgain(Exception):
    """The scenario changed the country under a call: its gateway answers once more, and finds out by itself."""


class ServiceRefusal(Refusal):
    """A provider refuses: ``code`` is its error code (not 0), ``message`` its sentence in Vietnamese."""

    def __init__(self, code: int, message: str, remarks: Sequence[Remark] = ()) -> None:
        super().__init__(remarks)
        self.code, self.message = code, message

    @classmethod
    def for_rule(cls, code: int, rule: str, path: str, vi: str, en: str, **values: str) -> ServiceRefusal:
        """Return the refusal of a call that broke one rule: its sentence is the remark's; ``values`` are a Remark's."""
        return cls(code, vi, (Remark(rule, "error", path, vi, en, **values),))


# What can befall a store while it serves. Every room may have to pass it on.

PATIENCE_S = 5.0
"""How long a writer waits for its turn; below the patience of the clients the documents know (10 to 30 s)."""


class StoreFailure(Exception):
    """The store cannot be read or written now, though it could be opened. Nothing of the transaction is kept.

    ``reason`` is a word for programs: ``busy``, ``full``, ``read-only``, ``gone``, ``damaged``, ``unreachable``,
    ``other-version``, ``other-pack`` (a sandbox was made from a pack that is not here) or ``io``.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class StoreBusy(StoreFailure):
    """Somebody else writes, and for longer than this caller could wait."""

    def __init__(self, detail: str) -> None:
        super().__init__("busy", detail)
