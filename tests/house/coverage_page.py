"""Each clause of the official documents, and each requirement with what checks it: half of ``docs/sources``.

``python -m tests.house.coverage_page`` writes below ``docs/quirks`` which tests hold each row. Source and tests cite
clauses (``BTXH 3.1.4``), kits cite requirements (``BTXH-3.1.4-01``). With ``--open`` it prints the duties of a vendor's
system that no kit checks yet and that have no reason.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emulator.wire.reading import QUIRKS
from release.pages import DOCS, LANGUAGES, TEXTS, Language, quirks_page
from release.pages_of_trials import in_one_language
from tests.documents import cases_bodies, cases_dvcqg, cases_gateway, cases_replies, cases_xroad
from tests.documents.quirk_table import CASES, MODES, Case
from tests.house import ledger
from tests.house.ledger import Requirement

ROOT = Path(__file__).resolve().parents[2]
CITATION = re.compile(
    r"\b(BTXH|KDL) ((?:PL )?[IVX]*\d*(?:\.\d+)*)((?:(?:, | and | to )(?:(?:PL )?(?:[IVX]+\.\d+|[IVX]*\d+(?:\.\d+)*)))*)"
)
NUMBER = re.compile(r"(?:PL )?[IVX]*\d*(?:\.\d+)*")


@dataclass(frozen=True)
class Clause:
    document: str
    number: str
    title_vi: str
    title_en: str
    is_emulated: bool
    reason: str

    @property
    def name(self) -> str:
        return f"{self.document} {self.number}"


@cache
def clauses() -> list[Clause]:
    with (ROOT / "requirements" / "clauses.csv").open(encoding="utf-8", newline="") as source:
        return [
            Clause(
                *(row[name] for name in ("document", "clause", "title_vi", "title_en")),
                is_emulated=row["emulated"] == "yes",
                reason=row["reason"],
            )
            for row in csv.DictReader(source)
        ]


def cited(text: str) -> set[str]:
    """Every clause a text cites; ``BTXH 3.1.4 to 3.1.6`` and ``BTXH 3.1.1, 3.1.3`` cite several."""
    known = [clause.name for clause in clauses()]
    found: set[str] = set()
    for document, first, others in CITATION.findall(text):
        names = [f"{document} {number}" for number in [first, *filter(None, re.split(r", | and | to ", others))]]
        found.update(names)
        if " to " in others and names[0] in known and names[-1] in known:
            found.update(known[known.index(names[0]) : known.index(names[-1]) + 1])
    return found


@cache
def modules_by_clause() -> dict[str, list[str]]:
    found = defaultdict(list)
    for path in sorted((ROOT / "emulator").rglob("*.py")):
        for name in sorted(cited(path.read_text(encoding="utf-8"))):
            found[name].append(path.relative_to(ROOT).as_posix())
    return found


@cache
def tests_by_clause() -> dict[str, list[str]]:
    """Tests that cite a clause in their own source, or whose module cites it in its docstring."""
    found = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        for_all = cited(ast.get_docstring(tree) or "")
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = cited(ast.get_source_segment(text, node) or "")
                for name in sorted(own | for_all):
                    found[name].append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


_CLAUSES = {
    "vi": ("| Mục | Nội dung | Giả lập ở | Phép thử |\n|---|---|---|---|", "không: "),
    "en": ("| Clause | Content | Emulated in | Shown by |\n|---|---|---|---|", "no: "),
}
_REQUIREMENTS = {
    "vi": "| Mã | Mức | Bên | Căn cứ | Nội dung | Điểm lệch | Ai xét | Phép kiểm tra, hoặc vì sao không |",
    "en": "| Id | Level | Actor | Basis | Content | Quirks | Judged | Checks, or why none |",
}
_HEADINGS = {
    "vi": {
        "clauses": "## Độ phủ của hai văn bản",
        "about": "Mục nào cũng dẫn tới mã nguồn và phép thử có nêu nó.",
        "sections": "### Mục của NDXP và VDXP",
        "columns": "| Mục | Nội dung | Nguồn |",
    },
    "en": {
        "clauses": "## Coverage of the two documents",
        "about": "A clause leads to the code and the tests that cite it.",
        "sections": "### Sections of NDXP and VDXP",
        "columns": "| Section | Content | Source |",
    },
}


def clause_table(language: str) -> list[str]:
    modules, tests = modules_by_clause(), tests_by_clause()
    head, no = _CLAUSES[language]
    lines = [head]
    for clause in clauses():
        where = "<br>".join(f"`{name}`" for name in modules[clause.name][:6])
        shown = [f"`{name}`" for name in tests[clause.name]]
        place = where if clause.is_emulated else no + in_one_language(clause.reason, language)
        lines.append(f"| {clause.name} | {getattr(clause, f'title_{language}')} | {place} | {'<br>'.join(shown[:3])} |")
    return lines


def shown_by(requirement: Requirement, language: str) -> str:
    """The cell that says what checks a requirement, or why nothing does."""
    if requirement.judged == "emulator":
        return "<br>".join(f"`{name}`" for name in ledger.citations().get(requirement.id, [])[:2])
    checks = ", ".join(f"`{name}`" for name in ledger.checks().get(requirement.id, []))
    return "<br>".join(filter(None, (checks, in_one_language(requirement.reason, language)))) or "—"


def requirement_table(name: str, language: str) -> list[str]:
    lines = [f"### {name}", "", _REQUIREMENTS[language], "|---|---|---|---|---|---|---|---|"]
    for each in ledger.requirements_of(name):
        text = getattr(each, f"text_{language}").replace("<", "&lt;").replace("|", "\\|")
        row = (each.id, each.level, each.actor, each.basis, text, each.quirks, each.judged, shown_by(each, language))
        lines.append(f"| {' | '.join(row)} |")
    return [*lines, ""]


def page(language: Language) -> str:
    """The second half of ``docs/sources``: clauses, and requirements with what checks them."""
    said = _HEADINGS[language]
    requirements = (TEXTS / f"sources-requirements.{language}.md").read_text(encoding="utf-8").strip()
    lines = [
        "",
        said["clauses"],
        "",
        said["about"],
        "",
        *clause_table(language),
        "",
        requirements,
        "",
        *(line for name in ledger.FILES for line in requirement_table(name, language)),
        said["sections"],
        "",
        said["columns"],
        "|---|---|---|",
        *(f"| {s.document} {s.clause} | {getattr(s, f'title_{language}')} | {s.source} |" for s in ledger.sources()),
    ]
    return "\n".join(lines) + "\n"


def register_page(language: Language) -> str:
    """``docs/quirks``: the register, and below it the tests that hold each of its rows in each mode."""
    tests = (TEXTS / f"quirks-tests.{language}.md").read_text(encoding="utf-8")
    rows = (f"| {row} | " + " | ".join(_held(row, mode) for mode in MODES) + " |\n" for row in QUIRKS)
    return quirks_page(language) + tests + "".join(rows)


_HOLDERS = {
    cases_bodies: "test_quirks",
    cases_gateway: "test_gateway_quirks",
    cases_replies: "test_reply_quirks",
    cases_dvcqg: "test_portal_quirks",
    cases_xroad: "test_xroad_quirks",
}


def _held(row: str, mode: str) -> str:
    """The tests that hold a row of the register in a mode."""
    files = {module.__name__: file for module, file in _HOLDERS.items()}
    found = [f"{files[play.__module__]}[{mode}] {_case_name(play, row)}" for play in CASES.get(row, ())]
    return "<br>".join(f"`{each}`" for each in dict.fromkeys(found)) or "–"


def _case_name(play: Case, row: str) -> str:
    return row if play.__name__ == "<lambda>" else play.__name__


def open_list() -> str:
    """The duties still open, a line each, and how many of how many."""
    duties = [each for each in ledger.requirements() if each.is_vendors_duty]
    still = ledger.open_duties()
    lines = [f"{each.id}\t{each.judged}\t{each.text_en}" for each in still]
    return "\n".join([*lines, f"{len(still)} of {len(duties)} duties have neither check nor reason"]) + "\n"


if __name__ == "__main__":
    if "--open" in sys.argv[1:]:
        sys.stdout.write(open_list())
    else:
        for language in LANGUAGES:
            (DOCS / f"quirks.{language}.md").write_text(register_page(language), encoding="utf-8")
