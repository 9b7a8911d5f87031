"""What the journal must show: assertions whose failure says what was there instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# The journal as a short table that people read: time, operation, status, verdict, reason.

HEAD = ("giờ / time", "thao tác / operation", "mã / status", "kết luận / verdict", "lý do / reason")
VERDICTS = {
    "answered": "được trả lời / answered",
    "refused": "bị từ chối / refused",
    "unmatched": "không khớp / unmatched",
    "error": "lỗi của trình giả lập / emulator's own error",
    "happened": "đã xảy ra / happened",
    "lapsed": "đã bỏ qua / lapsed",
}
EMPTY = "(không có cuộc gọi nào / no call was made)"
_REASON = 160
_TAG = re.compile(r"<[^>]*>")


def table(entries: Sequence[dict[str, Any]], most: int = 60) -> str:
    """Return a table of the last ``most`` exchanges, oldest first. Times are virtual."""
    if not entries:
        return EMPTY
    rows = [HEAD, *(_row(entry) for entry in entries[-most:])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = [
        "  ".join((*(f"{text:<{width}}" for text, width in zip(row, widths, strict=False)), row[-1])) for row in rows
    ]
    left_out = len(entries) - most
    if left_out > 0:
        lines.insert(1, f"… {left_out} dòng trước / earlier rows")
    return "\n".join(line.rstrip() for line in lines)


def _row(entry: dict[str, Any]) -> tuple[str, str, str, str, str]:
    request, status = entry["request"], entry["response"]["status"]
    operation = entry["operation"] or f"{request['method']} {request['path']}"
    verdict = VERDICTS.get(entry["outcome"], entry["outcome"])
    return _hour(entry["clock"]["virtual"]), operation, str(status or "–"), verdict, _reason(entry)


def _hour(moment: str) -> str:
    """Return ``2026-03-02 08:00:00.000`` of an ISO moment, without its offset."""
    return moment[:23].replace("T", " ")


def _reason(entry: dict[str, Any]) -> str:
    parts = []
    if entry["fault"]:
        parts.append(f"lỗi đặt sẵn / armed fault {entry['fault']}")
    remarks = sorted(entry["remarks"], key=lambda remark: remark["level"] != "error")
    if remarks:
        parts.append(_remark(remarks[0]))
    if len(remarks) > 1:
        parts.append(f"(+{len(remarks) - 1})")
    if not remarks and entry["outcome"] not in ("answered", "happened"):
        parts.append(_answer(entry["response"].get("body", "")))
    return _short(" ".join(parts))


def _remark(remark: dict[str, str]) -> str:
    where = f" {remark['path']}" if remark["path"] else ""
    basis = f" [{remark['basis']}: {remark['source']}]" if "basis" in remark else ""
    return f"{remark['rule']}{where}{basis}: {_short(remark['vi'], 70)} / {_short(remark['en'], 70)}"


def _answer(body: str) -> str:
    """Return what a refusal says of itself, in JSON or in XML."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return _TAG.sub(" ", body)
    said = said["fault"] if isinstance(said.get("fault"), dict) else said
    named = ("error_code", "code", "error", "message", "error_description", "description")
    return " ".join(str(said[name]) for name in named if said.get(name) not in (None, ""))


def _short(text: str, most: int = _REASON) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


Entry = dict[str, Any]
Pattern = Mapping[str, Any]
_PAGE = 2000


class Evidence:
    """The journal of one sandbox.

    A call is named by its operation (``"btxh.DongBoDVC"``), by its path (``"/token"``), or by a request pattern
    (docs/admin). ``wanted`` says more about it in the words of such a pattern: ``body={"MaHoSo": …}``,
    ``status=200``, ``outcome="refused"``, ``rule="B15"``, ``headers={"Accept": {"contains": "json"}}``.
    An operation that does not exist is a ValueError, which names the nearest.
    ``within_s`` waits, in real seconds, for a client that works beside the test.
    """

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def entries(self) -> list[Entry]:
        """Return all exchanges, oldest first."""
        entries: list[Entry] = []
        while True:
            after = entries[-1]["seq"] if entries else 0
            page = self._ask("GET", f"/requests?order=asc&limit={_PAGE}&after={after}")
            entries += page["requests"]
            if not page["meta"]["truncated"]:
                return entries

    def calls(self, what: str | Pattern, **wanted: Any) -> list[Entry]:
        """Return the exchanges that fit, oldest first."""
        return [self._entry(found["seq"]) for found in self._find(_pattern(what, wanted))]

    def called_once_with(self, what: str | Pattern, *, within_s: float = 0, **wanted: Any) -> Entry:
        """Assert that exactly one call was made, and that it was made like this; return its exchange."""
        __tracebackhide__ = True
        made = self._find_calls(what, wanted, within_s)
        if len(made) != 1:
            self._fail(
                f"đúng 1 lượt {_pattern_text(what)}, có {len(made)}",
                f"exactly 1 {_pattern_text(what)}, there are {len(made)}",
            )
        entry = self._entry(made[0]["seq"])
        if not self._find(_pattern(what, wanted)):
            differs = _differences(entry, wanted)
            self._fail(
                f"{_pattern_text(what)} khác mong đợi: {differs}",
                f"{_pattern_text(what)} was called otherwise: {differs}",
            )
        return entry

    def called(
        self, what: str | Pattern, *, times: int | None = None, within_s: float = 0, **wanted: Any
    ) -> list[Entry]:
        """Assert that a call like this was made: at least once, or ``times`` times; return the exchanges."""
        __tracebackhide__ = True
        expected = {"at_least": 1} if times is None else {"count": times}
        verdict = self._verify(_pattern(what, wanted), within_s, **expected)
        if not verdict["verified"]:
            self._fail(f"{_pattern_text(what)}: {verdict['vi']}", f"{_pattern_text(what)}: {verdict['en']}")
        return self.calls(what, **wanted)

    def never(self, what: str | Pattern, *, within_s: float = 0, **wanted: Any) -> None:
        """Assert that no call like this was made; with ``within_s``, nor is made in so many seconds."""
        __tracebackhide__ = True
        verdict = self._verify(_pattern(what, wanted), within_s, count=0)
        if not verdict["verified"]:
            names = ", ".join(verdict["requests"])
            self._fail(
                f"không có {_pattern_text(what)}, nhưng có: {names}", f"no {_pattern_text(what)}, there is: {names}"
            )

    def in_order(self, *what: str | Pattern, within_s: float = 0) -> list[Entry]:
        """Assert that these calls came one after the other; others may stand between. Return their exchanges."""
        __tracebackhide__ = True
        content = {"sequence": [_pattern(each, {}) for each in what], "within_ms": round(within_s * 1000)}
        verdict = self._ask("POST", "/verify-sequence", content, takes=(406,))
        if not verdict["verified"]:
            steps = " → ".join(_pattern_text(each) for each in what)
            missing = _pattern_text(what[verdict["matched"]])
            self._fail(f"theo thứ tự {steps}; thiếu {missing}", f"in order {steps}; {missing} did not come")
        return [self._entry(name.rpartition(".")[2]) for name in verdict["requests"]]

    def table(self) -> str:
        """Return the journal as it is printed when a test fails."""
        return table(self.entries())

    def _find_calls(self, what: str | Pattern, wanted: Mapping[str, Any], within_s: float) -> list[Entry]:
        if within_s:
            self._verify(_pattern(what, wanted), within_s, at_least=1)
        return self._find(_pattern(what, {}))

    def _find(self, pattern: Pattern) -> list[Entry]:
        found: list[Entry] = self._ask("POST", "/requests/find", pattern)["requests"]
        return found

    def _entry(self, seq: object) -> Entry:
        entry: Entry = self._ask("GET", f"/requests/{seq}")
        return entry

    def _verify(self, pattern: Pattern, within_s: float, **expected: int) -> dict[str, Any]:
        content = {**pattern, **expected, "within_ms": round(within_s * 1000)}
        verdict: dict[str, Any] = self._ask("POST", "/verify", content, takes=(406,))
        return verdict

    @staticmethod
    def _fail(vi: str, en: str) -> None:
        __tracebackhide__ = True
        raise AssertionError(f"Mong đợi {vi}.\nExpected {en}.")


def _pattern(what: str | Pattern, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(what, str):
        return {**what, **wanted}
    if what.startswith("/"):
        return {"path": what, **wanted}
    return {"operation": what, **wanted}


def _pattern_text(what: str | Pattern) -> str:
    return what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)


def _differences(entry: Entry, wanted: Mapping[str, Any]) -> str:
    """Say which of the wanted words the exchange does not fit, as far as the journal shows it."""
    sent = _sent_fields(entry)
    there = {"status": entry["response"]["status"], "outcome": entry["outcome"], "consumer": entry["consumer"]}
    lines = []
    for word, value in wanted.items():
        if word == "body" and isinstance(value, Mapping):
            lines += [_line(name, each, sent.get(name)) for name, each in value.items() if sent.get(name) != each]
        elif word in there:
            lines += [_line(word, value, there[word])] if there[word] != value else []
        else:
            lines.append(f"{word} {value!r}")
    return "; ".join(lines)


def _line(name: str, wanted: Any, found: Any) -> str:
    return f"{name} {wanted!r} ≠ {found!r}"


def _sent_fields(entry: Entry) -> Mapping[str, Any]:
    try:
        sent = json.loads(entry["request"].get("body") or "{}")
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}
