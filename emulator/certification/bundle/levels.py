"""What a bundle says of itself: its level of assurance in words, and the digest of every file."""

from __future__ import annotations

import calendar
from collections.abc import Container, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TypedDict

from emulator.certification.bundle.archive import (
    ENVIRONMENT,
    JOURNAL,
    REPORT,
    SEALS,
    SIGNED_CHALLENGE,
    SUMS,
    VENDOR_KEY,
    lines_in,
    object_in,
    pretty,
    report_in,
    sha256,
)
from emulator.certification.judge import Judgement
from emulator.certification.kit import Both
from emulator.kernel.exchange import JsonObject


class LevelWords(TypedDict):
    """What a level of assurance is called, what it proves and what not, and what it is good for."""

    title: Both
    proves: Both
    does_not_prove: Both
    use: Both


class LevelStep(LevelWords):
    """One step of the ladder of levels, by its id."""

    id: str


class IsolationWords(TypedDict):
    """How a program was kept from what awaits it: a word, and the sentence of it."""

    id: str
    vi: str
    en: str


class ReportedLevel(LevelStep):
    """A level as the report holds it: with the ladder it stands on, and how the program was kept apart."""

    isolation: IsolationWords
    ladder: list[LevelStep]


Validity = TypedDict(
    "Validity",
    {"from": str, "until": str, "months": int, "kit_major": str, "vi": str, "en": str},
)
"""From when until when a report counts (ISO 8601, wall time), and under which major version of its kit."""
LEVELS: Mapping[str, LevelWords] = {
    "L0": {
        "title": {"vi": "Tự kiểm tra", "en": "Self-check"},
        "proves": {
            "vi": "Các tệp khớp nhau và kết luận đúng là kết quả chấm nhật ký kèm theo. Không chứng minh gì với người "
            "khác: ai cũng có thể làm ra một gói khác khớp nhau như vậy.",
            "en": "The files agree with each other, and the verdicts follow from the journal in the bundle. To others "
            "it proves nothing: anybody can make another bundle that agrees with itself.",
        },
        "does_not_prove": {
            "vi": "Không chứng minh ai đã chạy, chạy khi nào, nhật ký có bị viết lại hay không.",
            "en": "Not who ran it, not when, and not that the journal was not written anew.",
        },
        "use": {"vi": "Trong lúc phát triển", "en": "During development"},
    },
    "L1": {
        "title": {"vi": "Tự xác nhận", "en": "Self-attested"},
        "proves": {
            "vi": "Không có gì bị sửa từ khi người giữ khóa của đơn vị phát triển ký; người ký không chối được. "
            "Trang cho "
            "người đọc là trang của báo cáo; phát lại những cuộc gọi có trong nhật ký thì trình giả lập trả lời đúng "
            "như đã ghi.",
            "en": "Nothing was changed since the holder of the vendor's key signed it; the signer cannot deny it. The "
            "pages for people are those of the report, and the calls that stand in the journal, played again, are "
            "answered as it says.",
        },
        "does_not_prove": {
            "vi": "Không chứng minh bài thử chưa biết trước, không chứng minh thời điểm chạy, không ngăn người ký tự "
            "soạn nhật ký trước khi ký, không thấy được một cuộc gọi bị bỏ ra mà không làm đổi gì về sau.",
            "en": "Not that the tasks were unknown before, not when it ran, and not that the signer did not compose "
            "the journal before signing it; and a call that was left out and changed nothing after it is not seen.",
        },
        "use": {"vi": "Nghiệm thu nội bộ, phụ lục hồ sơ thầu", "en": "Internal acceptance, annex of a tender"},
    },
    "L2": {
        "title": {"vi": "Theo thử thách của cơ quan", "en": "Bound to a challenge"},
        "proves": {
            "vi": "Như L1, và: lượt thử được làm sau khi cơ quan phát thử thách, cho đúng sản phẩm và đúng khóa mà thử "
            "thách nêu, bằng đúng bộ kiểm thử đó. Mọi đề bài và sự cố dựng lại được từ thử thách, nên không dùng lại "
            "được "
            "lượt cũ; sửa một cuộc gọi thì phải có cả một cuộc trò chuyện mà trình giả lập thật sự sẽ trả lời như thế.",
            "en": "As L1, and: it was run after the authority handed out the challenge, for the product and the key "
            "that "
            "the challenge names, with that very kit. Every task and stimulus can be made again from it, so no "
            "older run "
            "can be shown; whoever edits a call needs a whole conversation that this emulator would have had.",
        },
        "does_not_prove": {
            "vi": "Không chứng minh lưu lượng đến từ đúng sản phẩm nêu tên, không chứng minh đây là lần chạy duy nhất "
            "(chỉ sổ của cơ quan đếm số gói đã nhận); giờ ghi là giờ máy của đơn vị. Phát lại chỉ cho thấy điều có "
            "trong nhật ký: một cuộc gọi bị bỏ ra mà không làm đổi gì về sau thì không thấy được; cuộc gọi tới máy chủ "
            "của chính đơn vị không phát lại được. Muốn giả mạo phải viết một phần mềm làm đúng: gần bằng chính điều "
            "cần chứng minh.",
            "en": "Not that the traffic came from the product that is named, and not that this was the only run (the "
            "authority's ledger alone counts what it took); the times are those of the vendor's machine. A replay "
            "shows what stands in the journal: a call that was left out and changed nothing after it is not seen, and "
            "calls to the vendor's own server cannot be played again. A forger must write a client that conforms, "
            "which is nearly what was to be proved.",
        },
        "use": {"vi": "Kiểm thử từ xa, không cần mạng", "en": "Remote certification without a network"},
    },
    "L3": {
        "title": {"vi": "Có bên làm chứng", "en": "Witnessed"},
        "proves": {
            "vi": "Như mức trước đó, và: phòng kiểm thử ký đối chứng rằng chính họ đã chạy hoặc chứng kiến. Tin cậy "
            "đúng bằng mức tin cậy vào phòng kiểm thử đó.",
            "en": "As the level before, and: a laboratory counter-signed that it ran or watched the attempt. It is as "
            "trustworthy as that laboratory.",
        },
        "does_not_prove": {
            "vi": "Công cụ này không kiểm tra được phòng kiểm thử đã thật sự có mặt; không thay cho phê duyệt của cơ "
            "quan chủ quản nền tảng.",
            "en": "This tool cannot check that the laboratory was there; and it does not replace the approval of the "
            "platform's owner.",
        },
        "use": {"vi": "Giấy chứng nhận chính thức", "en": "A formal certificate"},
    },
}


def packed_level(names: Container[str]) -> str:
    """Return the level a bundle was packed with: a witness comes later and changes no other file."""
    if VENDOR_KEY not in names:
        return "L0"
    return "L2" if SIGNED_CHALLENGE in names else "L1"


ISOLATIONS: Mapping[str, Both] = {
    "user": {
        "vi": "Phần mềm chạy dưới một người dùng khác, trong thư mục riêng: không với tới cơ sở dữ liệu của lượt thử.",
        "en": "The program ran as another user, in a folder of its own: the attempt's database was out of its reach.",
    },
    "folder": {
        "vi": "Phần mềm chạy cùng người dùng với trình kiểm thử, chỉ có thư mục riêng: không loại trừ việc nó đọc cơ "
        "sở dữ liệu của lượt thử.",
        "en": "The program ran as the examiner's own user, in a folder of its own: that it read the attempt's "
        "database is not ruled out.",
    },
    "": {
        "vi": "Có người thao tác hệ thống: trình kiểm thử không cách ly được gì.",
        "en": "People worked the system: nothing was kept apart by the examiner.",
    },
}
"""How a program was kept from what awaits it, in words; as said by the machine that ran it."""


def isolation_of(judgement: Judgement) -> str:
    """Return the weakest isolation of the scenes: ``folder``, ``user``, or empty where no command was run."""
    said = {str(scene.ending.get("isolation", "")) for scene in judgement.record.scenes if scene.is_over}
    return next((word for word in ("", "folder", "user") if word in said), "")


def level_as_dict(level: str, isolation: str = "") -> ReportedLevel:
    """Return a level as the report holds it."""
    said = ISOLATIONS[isolation]
    ladder: list[LevelStep] = [{"id": name, **words} for name, words in LEVELS.items()]
    apart: IsolationWords = {"id": isolation, "vi": said["vi"], "en": said["en"]}
    return {"id": level, **LEVELS[level], "isolation": apart, "ladder": ladder}


def validity_of(judgement: Judgement, level: str) -> Validity | None:
    """Return from when and until when the report counts (wall time), and under which major version of the kit.

    A self-check (L0) counts for nobody but the vendor, so it is never valid.
    """
    if level == "L0":
        return None
    begins = datetime.fromisoformat(judgement.record.entries[-1].told["wall"])
    months = judgement.plan.validity_months
    major = major_of(judgement.kit.version)
    return {
        "from": begins.isoformat(),
        "until": _months_later(begins, months).isoformat(),
        "months": months,
        "kit_major": major,
        "vi": f"{months} tháng kể từ khi đóng lượt, hoặc đến khi bộ kiểm thử {judgement.kit.id} có phiên bản chính sau "
        f"{major}, tùy điều nào đến trước",
        "en": f"{months} months from the end of the attempt, or until kit {judgement.kit.id} has a major version after "
        f"{major}, whichever comes first",
    }


def major_of(version: str) -> str:
    """Return the major version: what stands before the first point."""
    return version.partition(".")[0]


def _months_later(moment: datetime, months: int) -> datetime:
    """Return the same day some months later, or the last day of a month that has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


# The manifest: the digest of every file, and what a reader asks first.

SCHEMA, OLDER = "ndxp-emulator/bundle/2", "ndxp-emulator/bundle/1"
"""Bundles of the older form hold no pages that can be printed again, and journals that cannot be played again."""


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the lines that ``sha256sum -c`` checks."""
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(_content(files))).encode()


def manifest(files: Mapping[str, bytes], schema: str = SCHEMA) -> bytes:
    """Return the manifest. It holds nothing that does not stand in the other files, so that it can be made again."""
    report = report_in(files)
    lines = lines_in(files[JOURNAL])
    told: JsonObject = {
        "schema": schema,
        "attempt": object_in(files[ENVIRONMENT])["attempt"],
        "emulator": report["emulator"],
        "product": report["plan"]["product"],
        "kit": {name: report["kit"][name] for name in ("id", "version", "digest")},
        "challenge": report["challenge"]["digest"],
        "level": packed_level(files),
        "validity": report["validity"],
        "conclusion": report["conclusion"],
        "journal": {"lines": len(lines), "head": f"sha256:{sha256(lines[-1])}"},
        "files": {name: {"sha256": sha256(files[name]), "size": len(files[name])} for name in [*_content(files), SUMS]},
    }
    if VENDOR_KEY in files:
        from emulator.certification.bundle.keys import public_key

        told["signer"] = {"name": report["plan"]["product"]["vendor"], "key": public_key(files[VENDOR_KEY]).id}
    return pretty(told)


def _content(files: Mapping[str, bytes]) -> list[str]:
    return [name for name in files if name not in SEALS]


PAGE, SHEET = "report.html", "report.pdf"
PAGES, PAGES_IN_ENGLISH = (PAGE, SHEET), ("report.en.html", "report.en.pdf")
"""One language a page. Those in English are missing in bundles of older versions."""


def pages(report: bytes) -> dict[str, bytes]:
    """Return the printed report by file name: the same ``report.json`` gives the same bytes."""
    return dict(zip((*PAGES, *PAGES_IN_ENGLISH), _print_pages(report), strict=True))


@lru_cache(4)
def _print_pages(raw: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Drawing costs most of what a bundle costs: packing and verifying in one process do it once."""
    from emulator.certification.report import html, pdf

    report = report_in({REPORT: raw})
    return html(report), pdf(report), html(report, "en"), pdf(report, "en")
