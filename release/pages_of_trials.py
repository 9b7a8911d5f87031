"""The pages of faults and kits: what can be made to go wrong, and what a client is tried by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.certification.kit import Kit, Test
from emulator.certification.kit_reader import kit_names, kit_of
from emulator.certification.ledger import basis_of
from emulator.certification.vocabulary import WORDS
from emulator.scenario.cast import magic_table
from emulator.scenario.fault import FaultKind
from emulator.scenario.faults import FAULTS

TEXTS = Path(__file__).parent / "texts"
_KINDS = {
    "socket": {"vi": "Đường truyền", "en": "The line"},
    "timing": {"vi": "Thời gian", "en": "Time"},
    "payload": {"vi": "Nội dung", "en": "Content"},
    "gateway": {"vi": "Cổng", "en": "The gateway"},
    "token": {"vi": "Token, phiên, đồng hồ", "en": "Tokens, sessions, clocks"},
    "x-road": {"vi": "Trục", "en": "The axis"},
}
_FAULT_COLUMNS = {
    "vi": "| Lỗi | Là gì | Phần mềm gọi thấy | `params` | Ở đâu | Nguồn |\n|---|---|---|---|---|---|\n",
    "en": "| Fault | What it is | The client sees | `params` | At | Source |\n|---|---|---|---|---|---|\n",
}
_TEST_COLUMNS = {
    "vi": "| Mã | Phép thử | Loại | Mức | Căn cứ | Yêu cầu |",
    "en": "| Id | Test | Kind | Level | Basis | Requirements |",
}
_CONTRACTS = {"btxh-a2": "kit-btxh-a2", "kho-dl": "kit-kho-dl"}


def faults_page(language: str, head: str) -> str:
    """Return ``faults``: every fault by kind, and the magic values."""
    magic = (TEXTS / f"faults-magic.{language}.md").read_text(encoding="utf-8")
    rows = "".join(
        f"| `99{number:02d}` | `9999000000{number:02d}` | {getattr(row, language)} |\n"
        for number, row in sorted(magic_table().items())
    )
    return head + "".join(_faults_of(kind, language) for kind in _KINDS) + magic + rows


def _faults_of(kind: str, language: str) -> str:
    rows = (_fault_row(name, fault, language) for name, fault in FAULTS.items() if fault.kind == kind)
    return f"\n## {_KINDS[kind][language]}\n\n{_FAULT_COLUMNS[language]}" + "".join(rows)


def _fault_row(name: str, fault: FaultKind, language: str) -> str:
    cells = (
        f"`{name}`",
        fault.title[language],
        fault.sees[language],
        "<br>".join(_param(key, schema, language) for key, schema in fault.params.items()) or "–",
        " ".join(f"`{glob}`" for glob in fault.globs),
        fault.source,
    )
    return "| " + " | ".join(cells) + " |\n"


def _param(name: str, schema: Mapping[str, Any], language: str) -> str:
    takes = ", ".join(schema["enum"]) if "enum" in schema else ""
    if "minimum" in schema:
        takes = f"{schema['minimum']:g} … {schema['maximum']:g}"
    default = str(schema["default"]).lower() if schema["type"] == "boolean" else schema["default"]
    said = in_one_language(schema["description"], language)
    return f"`{name}` = {default}{f' ({takes})' if takes else ''}: {said}"


def in_one_language(text: str, language: str) -> str:
    """Return one half of ``tiếng Việt / English``; a text without a slash is for both."""
    vi, found, en = text.partition(" / ")
    return en if found and language == "en" else vi


def kits_page(language: str, head: str) -> str:
    """Return ``kits``: every test of every kit in the box, what two of them ask for, and the words of tasks."""
    lines: list[str] = []
    for name in kit_names():
        lines += ["", *_kit(kit_of(name), language)]
    words = (TEXTS / f"kits-words.{language}.md").read_text(encoding="utf-8")
    return head + "\n".join(lines) + "\n" + words + "".join(_word_rows(language))


def _kit(kit: Kit, language: str) -> Iterator[str]:
    yield f"## {kit.id} {kit.version}: {kit.title[language]}"
    yield ""
    yield kit.purpose[language]
    if kit.id in _CONTRACTS:
        yield ""
        yield (TEXTS / f"{_CONTRACTS[kit.id]}.{language}.md").read_text(encoding="utf-8").strip()
    for name, title in kit.groups.items():
        yield ""
        yield f"### {title[language]} ({kit.id})"
        yield ""
        yield _TEST_COLUMNS[language]
        yield "|---|---|---|---|---|---|"
        yield from (_test_row(test, language) for test in kit.tests if test.group == name)


def _test_row(test: Test, language: str) -> str:
    feature = f" (`{test.feature}`)" if test.feature else ""
    shown = ", ".join(test.requirements[:4])
    rest = f" … (+{len(test.requirements) - 4})" if len(test.requirements) > 4 else ""
    title = test.title[language].replace("|", "¦").replace("<", "&lt;")
    return (
        f"| {test.id} | {title}{feature} | {test.kind} | {test.level} | {basis_of(test.requirements)} | {shown}{rest} |"
    )


def _word_rows(language: str) -> Iterator[str]:
    place = ("vi", "en").index(language)
    for name, word in WORDS.items():
        values = "<br>".join(f"`{value}` {said[place]}" for value, said in word.values.items())
        yield f"| `{name}` | {getattr(word, language)} | {word.kind} | {values} |\n"
