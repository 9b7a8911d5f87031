"""Pages of ``docs/`` that are written from the code, each once in Vietnamese and once in English. ``make docs``."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Literal, get_args

import emulator.app  # noqa: F401  # with it every room has registered its rules
from emulator.admin.routes import ROUTES
from emulator.country.settings import SandboxSettings
from emulator.kernel.exchange import OF_OPERATION, Basis, Rule, basis_of, registered_rules
from emulator.services.btxh.extent import DOCUMENT, DOCUMENT_FIELDS, RESULT, RESULT_FIELDS, ExtentField
from emulator.services.btxh.fields import field_tables
from emulator.wire.codes import ERROR_CODES
from emulator.wire.columns import Column
from emulator.wire.reading import QUIRKS, Behaviour, OwnRule, Quirk
from release.pages_of_trials import faults_page, kits_page
from release.schemas import SCHEMAS, WRITTEN

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
TEXTS = Path(__file__).parent / "texts"
DOCS = Path(__file__).resolve().parents[1] / "docs"
_FORMS = {"day": "dd/MM/yyyy", "moment": "dd/MM/yyyy HH:mm:ss", "province": "GSO", "district": "GSO", "commune": "GSO"}
_SIGNS = {Behaviour.REFUSE: "✗ ", Behaviour.ACCEPT: "✓ ", Behaviour.SAY: ""}


def head_of(page: str, language: Language) -> str:
    """Return the words a written page begins with, of ``release/texts``."""
    title, _, rest = (TEXTS / f"{page}.{language}.md").read_text(encoding="utf-8").partition("\n")
    return f"{title}\n\n{WRITTEN}{rest}"


def quirks_page(language: Language) -> str:
    """Return ``quirks``: the register, one row a quirk."""
    return head_of("quirks", language) + "".join(f"{_quirk_row(row, language)}\n" for row in QUIRKS.values())


def _quirk_row(row: Quirk, language: Language) -> str:
    said = quirks_in_vietnamese()[row.id] if language == "vi" else row
    modes = (
        _SIGNS[row.in_strict] + said.strict,
        _SIGNS[row.in_documented] + said.documented,
        _SIGNS[row.in_observed] + said.observed,
    )
    name = row.id if row.touches_wire else f"{row.id}°"
    return "| " + " | ".join((name, said.place, said.table, said.sample, *modes)) + " |"


@cache
def quirks_in_vietnamese() -> Mapping[str, Quirk]:
    """Return the rows of the register in Vietnamese; as in the register, what says nothing of its own says the same."""
    found = {}
    with (TEXTS / "quirks.vi.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, strict=True):
            strict = row["strict"]
            documented = row["documented"] or strict
            said = (row["place"], row["table"], row["sample"], strict, documented, row["observed"] or documented)
            found[row["row"]] = Quirk(row["row"], *said)
    return found


def error_codes_page(language: Language) -> str:
    """Return ``error-codes``: the codes of the services, and below them every rule a remark can name."""
    codes = "".join(
        f"| {code.number} | {getattr(code, language)} | {basis_of(code.source)} "
        f"| {_link_source(code.source, basis_of(code.source), language)} |\n"
        for code in ERROR_CODES
    )
    rules = "".join(_rule_row(rule, language) for rule in registered_rules() if rule.id not in QUIRKS)
    before_rules, before_ours = _texts("error-codes-rules", "error-codes-ours", language=language)
    return "".join((head_of("error-codes", language), codes, before_rules, rules, before_ours, _own_refusals(language)))


def _texts(*names: str, language: Language) -> list[str]:
    return [(TEXTS / f"{name}.{language}.md").read_text(encoding="utf-8") for name in names]


def _own_refusals(language: Language) -> str:
    """Return the rows of what is ours and may refuse: on the short list, or where a setting asks for it."""
    by_setting = {*get_args(OwnRule), "transition", "transition-refused"}
    how = {
        "vi": ("luôn luôn", "thiết lập `own_rules` hoặc `status_moves` yêu cầu"),
        "en": ("always", "the setting `own_rules` or `status_moves` asks for it"),
    }[language]
    rows = [rule for rule in registered_rules() if rule.basis == "ours" and rule.level != "note"]
    return "".join(f"| `{rule.id}` | {how[rule.id in by_setting]} |\n" for rule in rows)


def _rule_row(rule: Rule, language: Language) -> str:
    name = f"`{rule.id}`" + (f" ({rule.scope}…)" if rule.scope else "")
    source = "; ".join(_link_source(part, rule.basis, language) for part in rule.source.split("; "))
    return f"| {name} | {getattr(rule, language)} | {rule.basis} | {source} | {rule.level} |\n"


def _link_source(source: str, basis: Basis, language: Language) -> str:
    if source.startswith("decision "):
        word = {"vi": "quyết định", "en": "decision"}[language]
        return f"[{word} {source.removeprefix('decision ')}](decisions/index.md)"
    linked = basis == "platform" and source != OF_OPERATION
    return f"[{source}](sources.{language}.md#{source})" if linked else source


def fields_page(language: Language) -> str:
    """Return ``fields``: the field tables of the BTXH services, and the elements of ``CertificateExtentData``."""
    column, extent, element = _texts("fields-columns", "fields-extent", "fields-elements", language=language)
    tables = "".join(
        f"\n## {table.operation}\n\n{column}" + "".join(_field_row(name, each, language) for name, each in table.rows)
        for table in field_tables()
    )
    papers = "".join(
        f"\n### {name}\n\n{element}" + "".join(_element_row(field, language) for field in fields)
        for name, fields in ((DOCUMENT, DOCUMENT_FIELDS), (RESULT, RESULT_FIELDS))
    )
    return head_of("fields", language) + tables + extent + papers


def _field_row(name: str, column: Column, language: Language) -> str:
    listed = {"vi": "danh mục", "en": "catalogue"}
    values = listed[language] if column.is_code else ", ".join(sorted(column.values)) or _FORMS.get(column.form, "")
    label = column.label if language == "vi" else f"“{column.label}”"
    cells = (f"`{column.name}`", label, "x" * column.required, str(column.most or ""), values, f"`{name}`")
    return f"| {' | '.join(cells)} |\n"


_ELEMENTS = {
    "TepDinhKemId": "id of the file at the sender; some send the constant 1",
    "TenTepDinhKem": "name of the file",
    "IsDeleted": "deleted",
    "MaThanhPhanHoSo": "code of the component; some send its name, 0 is none",
    "DuongDanTaiTepTin": "link to the file",
    "DuocSoHoa": "digitised",
    "DuocTaiSuDung": "0 no, 1 used again, 2 used again with MaKetQuaThayThe",
    "DuocLayTuKhoDMQG": "taken from the national store of electronic papers",
    "MaKetQuaThayThe": "code of the result used in its place; 0 is none",
    "TenGiayTo": "name of the paper",
    "GiayToId": "id of the paper at the sender; some send the constant 1",
    "DuongDanTepTinKetQua": "link to the result",
    "MaGiayToKetQua": "code of the result, such as KQ.G07.000290",
}


def _element_row(field: ExtentField, language: Language) -> str:
    label = field.label if language == "vi" else _ELEMENTS[field.name]
    return (
        f"| `{field.name}` | {label} | {'x' if field.required else ''} | {', '.join(field.values)} "
        f"| {field.most or ''} |\n"
    )


def admin_page(language: Language) -> str:
    """Return ``admin``: every route of the admin API, and every setting of a sandbox."""
    words = _texts("admin-words", language=language)[0]
    routes = "".join(
        f"| `{row.verb} {row.path or '/'}` | {'✓' if row.scoped else ''} | {getattr(row, language)} |\n"
        for row in ROUTES
    )
    return head_of("admin", language) + routes + words + "".join(_setting_rows(language))


def _setting_rows(language: Language) -> Iterator[str]:
    with (TEXTS / "settings.csv").open(encoding="utf-8", newline="") as lines:
        meanings = {row["setting"]: row[language] for row in csv.DictReader(lines, strict=True)}
    for name, value in asdict(SandboxSettings()).items():
        default = json.dumps(value, ensure_ascii=False).strip('"')
        yield f"| `{name}` | `{default}` | {meanings[name]} |\n"


PAGES: dict[str, Callable[[Language], str]] = {
    "admin": admin_page,
    "fields": fields_page,
    "quirks": quirks_page,
    "error-codes": error_codes_page,
    "faults": lambda language: faults_page(language, head_of("faults", language)),
    "kits": lambda language: kits_page(language, head_of("kits", language)),
}
"""What writes each page; ``sources``, and what stands below ``quirks``, is written by ``tests.house``."""

FILES: dict[str, Callable[[], str]] = {
    **{f"{name}.{language}.md": partial(page, language) for name, page in PAGES.items() for language in LANGUAGES},
    **SCHEMAS,
}


def write(folder: Path) -> None:
    """Write every file into a folder."""
    for name, page in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(DOCS)
