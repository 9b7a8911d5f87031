"""The report "Biên bản kiểm thử kết nối, tích hợp": verdict and what to mend, then the nine parts practice asks for.

The parts follow src:test-circulars, which is built on Circulars 24/2020/TT-BTTTT (annex 2c) and 16/2024/TT-BTTTT.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.certification.report.blocks import (
    Block,
    Cell,
    Code,
    Code2d,
    Heading,
    Language,
    Motto,
    Paper,
    Signatures,
    Table,
    Text,
    Title,
    Verdict,
    speak,
)
from emulator.certification.report.tests_part import (
    CONCLUSION_TONES,
    KINDS,
    LEGAL_BASES,
    VERDICTS,
    bare,
    mending,
    tests_part,
)

if TYPE_CHECKING:
    from jinja2 import Template

    from emulator.certification.exchanges import ExchangeLine
    from emulator.certification.report import AttemptReport


# Part 9: how often each service was called, and in full the exchanges that what did not pass cites.

_IN_FULL = 30


def evidence_part(report: AttemptReport) -> Iterator[Block]:
    """Yield part 9; exchanges are numbered as in the journal of the bundle."""
    yield Heading("9. Phụ lục: các lượt gọi", "9. Annex: the exchanges")
    listed = report["exchanges"]
    vi = f"{len(listed)} lượt gọi; từng lượt nằm trong journal.jsonl của gói chứng cứ."
    yield Text(vi, f"{len(listed)} exchanges; each stands in journal.jsonl of the bundle.")
    counted = Counter((each["operation"] or "?", each["outcome"]) for each in listed)
    names = sorted({operation for operation, _ in counted})
    rows = tuple(
        (Cell(name), Cell(str(counted[name, "answered"])), Cell(str(counted[name, "refused"]))) for name in names
    )
    if rows:
        heads = (Cell("Thao tác", "Operation"), Cell("Được trả lời", "Answered"), Cell("Bị từ chối", "Refused"))
        yield Table(heads, (60, 20, 20), rows)
    yield from _cited_blocks(listed, _in_doubt(report))


def _in_doubt(report: AttemptReport) -> list[int]:
    """Return the exchange each finding that is not good rests on; the others stand in journal.jsonl."""
    tests = [test for test in report["tests"] if test["verdict"] not in ("pass", "omit")]
    findings = [found for test in tests for found in test["findings"] if found["answer"] != "good"]
    return list(dict.fromkeys(seq for found in findings for seq in found["evidence"][:1]))


def _cited_blocks(listed: list[ExchangeLine], wanted: list[int]) -> Iterator[Block]:
    by_number = {each["seq"]: each for each in listed}
    shown = [by_number[seq] for seq in wanted if seq in by_number]
    for each in shown[:_IN_FULL]:
        yield Heading(f"Lượt gọi #{each['seq']}", f"Exchange #{each['seq']}", 2, f"x{each['seq']}")
        for said in _remarks(each):
            yield Text(*said, "doubtful")
        yield Code(f"{each['method']} {each['target']}\n\n{each.get('request') or ''}".rstrip())
        yield Code(f"HTTP {each['status']}\n\n{each.get('reply') or ''}".rstrip())
    if len(shown) > _IN_FULL:
        left = len(shown) - _IN_FULL
        yield Text(f"Còn {left} lượt gọi được nêu, xem journal.jsonl.", f"{left} more are cited: see journal.jsonl.")


def _remarks(each: ExchangeLine) -> Iterator[tuple[str, str]]:
    remark = each.get("remark")
    if remark:
        yield remark["vi"], remark["en"]


_MOST_REASONS = 12


def paper(report: AttemptReport, language: Language = "vi") -> Paper:
    """Return the blocks of a report, in one language."""
    product = report["plan"]["product"]
    what = {"vi": "Biên bản kiểm thử", "en": "Record of a test:"}[language]
    name = f"{what} {product['name']} {product['version']} – {report['kit']['id']}"
    return Paper(name, tuple(speak(block, language) for block in _blocks(report)), language)


def _blocks(report: AttemptReport) -> Iterator[Block]:
    yield from _front(report)
    yield from _found_first(report)
    for part in (_parties, _object, _scope):
        yield from part(report)
    yield from tests_part(report)
    for part in (_totals, _discrepancies, _conclusion):
        yield from part(report)
    yield from evidence_part(report)


def day_of(report: AttemptReport) -> datetime:
    """Return when the attempt ended, or began while it goes on."""
    moment = report["closed"] or report["opened"]
    return datetime.fromisoformat(moment["wall"])


def _front(report: AttemptReport) -> Iterator[Block]:
    plan, day = report["plan"], day_of(report)
    place, number = plan["place"] or "…………", plan["number"] or "……/BB-KT"
    parties = plan["parties"]
    issuer = (parties.get("tester") or parties.get("owner") or "").upper()
    yield Motto(
        Cell(issuer or "ĐƠN VỊ KIỂM THỬ", issuer or "THE TESTING BODY"),
        Cell(f"Số: {number}", f"No: {number}"),
        Cell("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM"),
        Cell("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"),
        Cell(f"{place}, ngày {day:%d} tháng {day:%m} năm {day:%Y}", f"{place}, {day:%Y-%m-%d}"),
    )
    product = plan["product"]
    below = f"{product['name']} {product['version']} – {product['vendor']}"
    yield Title("BIÊN BẢN KIỂM THỬ KẾT NỐI, TÍCH HỢP", "RECORD OF AN INTEGRATION TEST", below)
    conclusion = report["conclusion"]
    tone = CONCLUSION_TONES[conclusion["word"]]
    yield Verdict(
        f"KẾT LUẬN: {conclusion['vi'].upper()}", f"CONCLUSION: {conclusion['en'].upper()}", tone, tuple(_box(report))
    )
    bound = report["journal"]["head"] if "journal" in report else report["challenge"]["digest"]
    content = f"ndxp-emulator;{report['kit']['id']}@{report['kit']['version']};{bare(bound)}"
    said_vi, said_en = "Dấu băm cuối của nhật ký trong gói chứng cứ", "Last digest of the journal in the bundle"
    yield Code2d(content, f"{said_vi}: {bare(bound)}", f"{said_en}: {bare(bound)}")


def _box(report: AttemptReport) -> Iterator[Cell]:
    """Yield what stands in the box of the conclusion: why it is so, by name; how far to be believed, and how long."""
    because = report["conclusion"]["because"]
    for each in because[:_MOST_REASONS]:
        yield Cell(f"– {each['vi']}", f"– {each['test']} {each['en']}")
    if len(because) > _MOST_REASONS:
        left = len(because) - _MOST_REASONS
        yield Cell(f"… và {left} phép thử nữa, xem phần 5", f"… and {left} more tests: see part 5")
    passed = sum(each["verdict"] in ("pass", "warn") for each in report["tests"] if each["level"] == "MUST")
    total = sum(each["verdict"] != "omit" for each in report["tests"] if each["level"] == "MUST")
    yield Cell(f"Bắt buộc: {passed} trên {total} phép thử đạt", f"Required: {passed} of {total} tests passed")
    if report["conclusion"]["word"] in ("pass", "notes", "conditional"):
        yield _validity(report)
    level = report["level"]
    yield Cell(f"Mức {level['id']}: {level['title']['vi']}", f"Level {level['id']}: {level['title']['en']}")
    yield Cell(level["does_not_prove"]["vi"], level["does_not_prove"]["en"], "doubtful")
    apart = level["isolation"]
    yield Cell(apart["vi"], apart["en"], "plain" if apart["id"] == "user" else "doubtful")


def _validity(report: AttemptReport) -> Cell:
    if report["closed"] is None:
        return Cell("Chưa đóng lượt kiểm thử", "The attempt is still open", "doubtful")
    validity = report["validity"]
    if validity is None:
        vi = "Tự kiểm tra: không có hiệu lực với bên khác"
        return Cell(vi, "A self-check: not valid towards anybody", "doubtful")
    until = datetime.fromisoformat(validity["until"])
    return Cell(f"Có giá trị đến {until:%d/%m/%Y}. {validity['vi']}", f"Valid until {until:%Y-%m-%d}. {validity['en']}")


def _found_first(report: AttemptReport) -> Iterator[Block]:
    yield from mending(report)
    surprises = report["surprises"] if report["plan"]["expected_failures"] else []  # without a baseline none is one
    for each in surprises:
        vi = {"unexpected-failure": "không đạt ngoài dự kiến", "unexpected-pass": "đạt, dù dự kiến không đạt"}
        en = {"unexpected-failure": "failed, which was not foreseen", "unexpected-pass": "passed, and was not to"}
        yield Text(f"{each['test']}: {vi[each['kind']]}", f"{each['test']}: {en[each['kind']]}", "doubtful")


def _parties(report: AttemptReport) -> Iterator[Block]:
    yield Heading("1. Căn cứ", "1. Legal bases and documents")
    yield Table((Cell("Căn cứ", "Basis"),), (100,), tuple((Cell(vi, en),) for vi, en in LEGAL_BASES))
    yield Heading("2. Thành phần", "2. Parties")
    named = {"owner": ("Chủ đầu tư, đơn vị thụ hưởng", "Owner"), "vendor": ("Nhà thầu", "Contractor")}
    named |= {"tester": ("Đơn vị kiểm thử", "Tester"), "operator": ("Đơn vị vận hành nền tảng", "Operator")}
    parties = report["plan"]["parties"]
    rows = tuple((Cell(vi, en), Cell(parties.get(key) or "…………")) for key, (vi, en) in named.items())
    yield Table((Cell("Vai", "Role"), Cell("Đơn vị", "Body")), (40, 60), rows)


def _object(report: AttemptReport) -> Iterator[Block]:
    yield Heading("3. Đối tượng và môi trường", "3. Object and environment")
    plan, kit = report["plan"], report["kit"]
    rows = [
        ("Phần mềm", "Software", f"{plan['product']['name']} {plan['product']['version']}"),
        ("Đơn vị phát triển", "Vendor", plan["product"]["vendor"]),
        ("Mã đơn vị", "Agency code", plan["agency"]),
        ("Môi trường", "Environment", f"ndxp-emulator {report['emulator']['version']}, offline"),
        ("Chế độ", "Mode", plan["mode"]),
        ("Cách vận hành", "How it was driven", " ".join(plan["command"])),
        ("Bộ kiểm thử", "Kit", f"{kit['id']} {kit['version']}"),
        ("SHA-256 bộ kiểm thử", "Digest of the kit", bare(kit["digest"])),
        ("SHA-256 bộ chấm", "Digest of the judge", bare(report["emulator"]["judge"])),
        ("Thử thách", "Challenge", f"{report['challenge']['nonce']} ({report['challenge']['authority'] or '–'})"),
        ("Bắt đầu, kết thúc", "Begun, ended", _span(report)),
    ]
    attended = Cell("có người thao tác", "attended: a person worked it")
    told = tuple((Cell(vi, en), Cell(str(value)) if value else attended) for vi, en, value in rows)
    yield Table((Cell("Mục", "Item"), Cell("Nội dung", "Content")), (30, 70), told)


def _span(report: AttemptReport) -> str:
    begun = datetime.fromisoformat(report["opened"]["wall"])
    ended = datetime.fromisoformat(report["closed"]["wall"]) if report["closed"] else None
    return f"{begun:%d/%m/%Y %H:%M:%S} – " + (f"{ended:%d/%m/%Y %H:%M:%S}" if ended else "…")


def _scope(report: AttemptReport) -> Iterator[Block]:
    yield Heading("4. Phạm vi", "4. Scope")
    rows = []
    for group in report["groups"]:
        tests = [each for each in report["tests"] if each["group"] == group["id"]]
        must = sum(each["level"] == "MUST" for each in tests)
        vi, en = VERDICTS[group["verdict"]][:2]
        tone = VERDICTS[group["verdict"]][2]
        title = Cell(group["title"]["vi"], group["title"]["en"])
        rows.append((title, Cell(str(must)), Cell(str(len(tests) - must)), Cell(vi, en, tone)))
    heads = (Cell("Nhóm", "Group"), Cell("Bắt buộc", "Required"), Cell("Nên", "Advised"), Cell("Kết quả", "Verdict"))
    yield Table(heads, (52, 14, 14, 20), tuple(rows))
    kinds = ", ".join(f"{name}: {vi}" for name, (vi, _) in KINDS.items())
    named = ", ".join(f"{name}: {en}" for name, (_, en) in KINDS.items())
    yield Text(f"Các loại phép thử – {kinds}.", f"Kinds of tests – {named}.")


def _totals(report: AttemptReport) -> Iterator[Block]:
    yield Heading("6. Tổng hợp", "6. Totals")
    total = len(report["tests"])
    rows = []
    for name, count in report["counts"].items():
        vi, en, tone = VERDICTS[name]
        rows.append((Cell(vi, en, tone), Cell(str(count)), Cell(f"{count * 100 / total:.0f} %")))
    heads = (Cell("Kết quả", "Verdict"), Cell("Số phép thử", "Tests"), Cell("Tỷ lệ", "Share"))
    yield Table(heads, (50, 25, 25), tuple(rows))
    again = report.get("played_again") or []
    if again:
        yield Text(f"Số cảnh bị ngắt và làm lại: {len(again)}.", f"Scenes broken off and played again: {len(again)}.")
    known = [(each["id"], each["expected_failure"]) for each in report["tests"] if each.get("expected_failure")]
    for test_id, reason in known:
        yield Text(f"Lỗi tồn tại đã biết – {test_id}: {reason}", f"Known failure – {test_id}: {reason}")


def _discrepancies(report: AttemptReport) -> Iterator[Block]:
    vi = "7. Sai khác tài liệu mà phần mềm dựa vào"
    yield Heading(vi, "7. Discrepancies of the documents the software relied on")
    quirks = report.get("quirks") or []
    if not quirks:
        yield Text("Không có.", "None.")
        return
    rows = tuple(
        (
            Cell(each["id"]),
            Cell(each["title"]["vi"], each["title"]["en"]),
            Cell(str(each.get("count", len(each.get("exchanges", []))))),
        )
        for each in quirks
    )
    heads = (Cell("Mã", "Id"), Cell("Nội dung", "Content"), Cell("Số lượt", "Exchanges"))
    yield Table(heads, (12, 74, 14), rows)


def _conclusion(report: AttemptReport) -> Iterator[Block]:
    yield Heading("8. Kết luận", "8. Conclusion")
    said = report["conclusion"]
    kit = report["kit"]["title"]
    yield Text(f"Phần mềm {said['vi']} bộ kiểm thử {kit['vi']}.", f"Kit “{kit['en']}”: {said['en']}.")
    vi = "Biên bản này không thay thế chấp thuận của cơ quan chủ quản nền tảng và không chứng minh hệ thống thật."
    yield Text(vi, "It replaces no approval by the platform's owner, and proves nothing about the live network.")
    who = [("Chủ đầu tư", "Owner"), ("Nhà thầu", "Contractor"), ("Đơn vị kiểm thử", "Tester")]
    who.append(("Đơn vị vận hành nền tảng", "Operator of the platform"))
    how = Cell("(ký, ghi rõ họ tên, đóng dấu)", "(signature, full name, seal)")
    yield Signatures(tuple(Cell(vi, en) for vi, en in who), how)


# The report as one HTML file: prints well on A4, reads well on a phone, needs no network.

_FOLDER = Path(__file__).parent


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    surroundings = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    surroundings.filters["kind"] = lambda block: type(block).__name__
    surroundings.filters["qr"] = _qr
    return surroundings.get_template("page.html.jinja")


def page(report: AttemptReport, language: Language = "vi") -> bytes:
    """Return the page in one language, in UTF-8."""
    text = _template().render(paper=paper(report, language), style=(_FOLDER / "page.css").read_text(encoding="utf-8"))
    return text.encode()


def _qr(content: str) -> str:
    import segno
    from markupsafe import Markup

    drawn = io.BytesIO()
    segno.make(content, error="m").save(drawn, kind="svg", scale=3, xmldecl=False, svgclass="qr", lineclass=None)
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by the library, holds squares only
