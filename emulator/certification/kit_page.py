"""``docs/kits.md``: every test of every kit in the box, written from the kits themselves."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.certification.kit import Kit, Test
from emulator.certification.kit_reader import kit_names, kit_of
from emulator.certification.ledger import basis_of

_HEAD = (
    "# Các bộ kiểm thử · The kits",
    "",
    "<!-- Written by `make docs`; do not edit. -->",
    "",
    "Loại: **observe** làm đúng, **probe** khôi phục sau sự cố, **silence** biết dừng, **attest** người khai. MUST",
    "phải đạt, SHOULD nên đạt. Tính năng trong ngoặc có thể khai là không có (`features` của kế hoạch).",
    "",
    "Kinds: does the right thing, recovers from trouble, holds back, declared by a person. A feature in brackets may",
    "be declared absent (`features` of the plan); its tests are omitted then.",
    "",
    "Căn cứ: **document** hai tài liệu, **platform** nguồn có xếp hạng, **ours** của bộ công cụ; MUST không bao "
    "giờ chỉ",
    "dựa vào *ours*. · Basis: the two documents, a graded source, or this tool; a MUST never rests on *ours* alone.",
    "",
    "Từng yêu cầu: [coverage.md](coverage.md). Cách làm: [certification.md](certification.md).",
)


def kits_page() -> str:
    """Return the page."""
    lines = list(_HEAD)
    for name in kit_names():
        lines += ["", *_kit(kit_of(name))]
    return "\n".join(lines) + "\n"


def _kit(kit: Kit) -> Iterator[str]:
    yield f"## {kit.id} {kit.version}: {kit.title['vi']} · {kit.title['en']}"
    yield ""
    yield f"{kit.purpose['vi']} · {kit.purpose['en']}"
    for name, title in kit.groups.items():
        yield ""
        yield f"### {title['vi']} · {title['en']} ({kit.id})"
        yield ""
        yield "| Mã · Id | Phép thử · Test | Loại · Kind | Mức · Level | Căn cứ · Basis | Yêu cầu · Requirements |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(test) for test in kit.tests if test.group == name)


def _row(test: Test) -> str:
    feature = f" (`{test.feature}`)" if test.feature else ""
    shown = ", ".join(test.requirements[:4])
    rest = f" … (+{len(test.requirements) - 4})" if len(test.requirements) > 4 else ""
    title = f"{test.title['vi']} · {test.title['en']}".replace("|", "¦").replace("<", "&lt;")
    return (
        f"| {test.id} | {title}{feature} | {test.kind} | {test.level} | {basis_of(test.requirements)} | {shown}{rest} |"
    )
