"""Pages of ``docs/`` that are written from the code; ``make docs`` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args
from xml.sax.saxutils import quoteattr

import click

import emulator.app  # noqa: F401  # with it every room has registered its rules
from emulator.certification.ledger import kits_page
from emulator.certification.vocabulary import schema as task_words
from emulator.certification.vocabulary import vocabulary_page
from emulator.classroom.lesson_words import lesson_grammar
from emulator.kernel.rules import OF_OPERATION, Basis, Rule, basis_of, registered_rules
from emulator.scenario.cast import magic_page as magic_table
from emulator.scenario.faults import faults_page as faults_table
from emulator.scenario.grammar import schema as scenario_grammar
from emulator.services.btxh.extent import (
    DOCUMENT,
    DOCUMENT_FIELDS,
    DOCUMENTS,
    RESULT,
    RESULT_FIELDS,
    RESULTS,
    ROOT,
    ExtentField,
)
from emulator.services.packs import pack_part
from emulator.services.portal.pack import portal_columns, portal_names
from emulator.wire.codes import ERROR_CODES
from emulator.wire.columns import Column
from emulator.wire.reading import QUIRKS, Behaviour, OwnRule, Quirk

_WRITTEN = "<!-- Written by `make docs`; do not edit. -->\n"
_FORMS = {"day": "dd/MM/yyyy", "moment": "dd/MM/yyyy HH:mm:ss", "province": "GSO", "district": "GSO", "commune": "GSO"}
_FIELD_HEAD = "| Trường | Nghĩa | Bắt buộc | Dài | Dạng, giá trị | Python |\n|---|---|---|---|---|---|"
_SIGNS = {Behaviour.REFUSE: "✗ ", Behaviour.ACCEPT: "✓ ", Behaviour.SAY: ""}


def quirks_page() -> str:
    """Return ``quirks.md``: the register, one row a quirk."""
    head = f"""# Where the official documents disagree with themselves

{_WRITTEN}
Every sandbox reads in one of three modes. **strict**: the field table is law, except where the table itself is proven
wrong. **documented** (the default): every official sample is accepted too. **observed**: also what real clients send.
A call that meets a quirk carries its id among the `remarks` of its journal entry, whether it was refused (✗) or
accepted (✓). Rows without a sign shape a reply, or touch no wire at all (marked °). The tests that hold each row in
each mode stand [below](#which-tests-hold-each-row).

| Id | Where | The table says | The sample says | strict | documented | observed |
|---|---|---|---|---|---|---|
"""
    return head + "".join(f"{_row(row)}\n" for row in QUIRKS.values())


def _row(row: Quirk) -> str:
    name = row.id if row.touches_wire else f"{row.id}°"
    modes = (
        _SIGNS[row.in_strict] + row.strict,
        _SIGNS[row.in_documented] + row.documented,
        _SIGNS[row.in_observed] + row.observed,
    )
    return "| " + " | ".join((name, row.place, row.table, row.sample, *modes)) + " |"


def error_codes_page() -> str:
    """Return ``error-codes.md``: the table of the services' error codes."""
    head = f"""# Error codes of the emulated services

{_WRITTEN}
The documents say that 0 means success and every other code an error, and list none (B08). **These codes are the
emulator's own**: a client must not rely on them at the real service. -3 was seen in the field. A refusal names every
broken rule in `message`; the first decides the code. The HTTP status is 200. What each rule stands on, unlike the
number it is told by, is in [the rules](rules.md), and in every remark of the journal.

| Code | Nghĩa | Meaning | Basis | Source |
|---|---|---|---|---|
"""
    return head + "".join(
        f"| {code.number} | {code.vi} | {code.en} | {basis_of(code.source)} "
        f"| {_link_source(code.source, basis_of(code.source))} |\n"
        for code in ERROR_CODES
    )


def rules_page() -> str:
    """Return ``rules.md``: every rule a remark can name, and what it stands on."""
    head = f"""# Quy tắc và căn cứ · Rules and their basis

{_WRITTEN}
Mỗi nhận xét trong nhật ký nêu một quy tắc của bảng này, cùng căn cứ: **document** là một mục của hai văn bản hoặc một
dòng của [sổ điểm lệch](quirks.md); **platform** là một [nguồn](sources.md) công khai; **ours** là của trình giả lập.
`error` là quy tắc có thể từ chối lời gọi, `note` chỉ ghi nhận, `both` tuỳ chế độ và thiết đặt. `operation` là mục của
chính nghiệp vụ được gọi.

Every remark of the journal names a rule of this table and what it stands on: **document** is a clause of the two
documents or a row of [the quirk register](quirks.md); **platform** is a public [source](sources.md); **ours** is the
emulator's own. `error` may refuse a call, `note` only says something, `both` depends on mode and settings. `operation`
is the clause of the operation that was called.

| Rule | Nghĩa | Meaning | Basis | Source | Level |
|---|---|---|---|---|---|
"""
    rows = "".join(_rule_row(rule) for rule in registered_rules() if rule.id not in QUIRKS)
    return head + rows + _own_refusals()


def _own_refusals() -> str:
    """Return the list of what is ours and may refuse: on the short list, or where a setting asks for it."""
    rows = [rule for rule in registered_rules() if rule.basis == "ours" and rule.level != "note"]
    by_setting = {*get_args(OwnRule), "transition", "transition-refused"}
    head = """
## Của chúng tôi mà từ chối · Ours, and refusing

Những quy tắc này không có văn bản hay nguồn nào phía sau. Lý do của từng quy tắc từ chối mà không cần thiết đặt nằm ở
[quyết định 0038](decisions/0038-basis-and-sources.md).

No document and no source stands behind these. The reason of each that refuses without a setting is in
[decision 0038](decisions/0038-basis-and-sources.md).

| Rule | Từ chối khi · Refuses |
|---|---|
"""
    how = {True: "thiết đặt own_rules, status_moves · a setting asks for it", False: "luôn luôn · always"}
    return head + "".join(f"| `{rule.id}` | {how[rule.id in by_setting]} |\n" for rule in rows)


def _rule_row(rule: Rule) -> str:
    name = f"`{rule.id}`" + (f" ({rule.scope}…)" if rule.scope else "")
    source = "; ".join(_link_source(part, rule.basis) for part in rule.source.split("; "))
    return f"| {name} | {rule.vi} | {rule.en} | {rule.basis} | {source} | {rule.level} |\n"


def _link_source(source: str, basis: Basis) -> str:
    if source.startswith("decision "):
        number = source.removeprefix("decision ")
        return f"[decision {number}](decisions/index.md)"
    return f"[{source}](sources.md#{source})" if basis == "platform" and source != OF_OPERATION else source


def extent_data_page() -> str:
    """Return ``extent-data.md``: the elements of ``CertificateExtentData``."""
    head = f"""# CertificateExtentData

{_WRITTEN}
Field 44 of a dossier is an XML document inside a JSON string. The documents show samples and no table (B45): **this
list is the emulator's own**, read off the samples and real clients; the same as a schema is `extent-data.xsd`.

The root is `{ROOT}`, with or without namespaces (B44). A new dossier needs the list `{DOCUMENTS}`, which may be
empty; a final result also needs `{RESULTS}` with at least one `{RESULT}` (B49). DOCTYPE and ENTITY are
refused. Strict refuses unknown and missing elements, the other modes note them.
"""
    return head + _element_table(DOCUMENT, DOCUMENT_FIELDS) + _element_table(RESULT, RESULT_FIELDS)


def _element_table(name: str, fields: tuple[ExtentField, ...]) -> str:
    rows = "".join(
        f"| {field.name} | {field.label} | {'x' if field.required else ''} | {', '.join(field.values)} "
        f"| {field.most or ''} |\n"
        for field in fields
    )
    return f"\n## {name}\n\n| Element | Nghĩa | Bắt buộc | Giá trị | Độ dài tối đa |\n|---|---|---|---|---|\n{rows}"


def extent_schema() -> str:
    """Return ``extent-data.xsd``: the same elements as an XML schema; strict accepts what it accepts."""
    lists = "".join(
        f'<xs:element name="{name}" minOccurs="0"><xs:complexType><xs:sequence>'
        f'<xs:element name="{item}" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:all>\n'
        + "".join(f"  {_element(field)}\n" for field in fields)
        + "</xs:all></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>\n"
        for name, item, fields in ((DOCUMENTS, DOCUMENT, DOCUMENT_FIELDS), (RESULTS, RESULT, RESULT_FIELDS))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"{_WRITTEN}"
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">\n'
        f'<xs:element name="{ROOT}"><xs:complexType><xs:all>\n{lists}</xs:all></xs:complexType></xs:element>\n'
        "</xs:schema>\n"
    )


def _element(field: ExtentField) -> str:
    values = ("", *field.values) if field.values and not field.required else field.values
    facets = "".join(f"<xs:enumeration value={quoteattr(value)}/>" for value in values)
    if field.required:
        facets += '<xs:minLength value="1"/>'
    if field.most:
        facets += f'<xs:maxLength value="{field.most}"/>'
    least = "1" if field.required else "0"
    kind = f'<xs:simpleType><xs:restriction base="xs:string">{facets}</xs:restriction></xs:simpleType>'
    return f'<xs:element name="{field.name}" minOccurs="{least}">{kind}</xs:element>'


def fields_page() -> str:
    """Return ``fields.md``: the field tables of the BTXH services, with the name each field has in Python."""
    from emulator.services.btxh.fields import field_tables

    head = f"""# Field tables of the BTXH service

{_WRITTEN}
What mode `strict` holds a body to. The other modes are wider where the [register of quirks](quirks.md) says so.
Lengths count characters after Unicode normalisation (B70). Catalogues are those of the document's annexes.
"""
    return head + "".join(
        f"\n## {table.operation}\n\n{table.about}\n\n{_FIELD_HEAD}\n"
        + "".join(_field_row(name, column) for name, column in table.rows)
        for table in field_tables()
    )


def _field_row(name: str, column: Column) -> str:
    values = "catalogue" if column.is_code else ", ".join(sorted(column.values)) or _FORMS.get(column.form, "")
    cells = (f"`{column.name}`", column.label, "x" * column.required, str(column.most or ""), values, f"`{name}`")
    return f"| {' | '.join(cells)} |\n"


def faults_page() -> str:
    """Return ``faults.md``: every fault, by kind."""
    return faults_table(_WRITTEN)


def magic_values_page() -> str:
    """Return ``magic-values.md``: the values that get an outcome."""
    return f"""# Magic values · Giá trị đặc biệt

{_WRITTEN}
Ours. A client that cannot be changed gets an outcome by what it sends: the running number of a dossier code
(`000.11.26.H26-261120-9903`) or a citizen number (`999900000003`) anywhere in the body or the query of a call. The
first such value decides. They are off until the setting `magic_values` (or `magic_values` "1" in pack.json) turns them
on; the journal notes `magic-value` when one strikes, and how to turn them off. Numbers not listed are ordinary.

Của trình giả lập. Phần mềm không cần sửa: kết quả do số thứ tự trong mã hồ sơ hoặc số định danh trong lời gọi quyết
định. Tính năng này tắt cho đến khi thiết lập `magic_values` (hoặc `magic_values` "1" trong pack.json) bật nó;
nhật ký ghi `magic-value` khi một giá trị có tác dụng. Số không có trong bảng là số bình thường.

{magic_table()}"""


def task_schema() -> str:
    """Return ``schemas/task.schema.json``."""
    return json.dumps(task_words(), ensure_ascii=False, indent=2) + "\n"


def scenario_schema() -> str:
    """Return the JSON Schema of scenario files."""
    return json.dumps(scenario_grammar(), ensure_ascii=False, indent=2) + "\n"


def lesson_schema() -> str:
    """Return the JSON Schema of lesson files."""
    return json.dumps(lesson_grammar(), ensure_ascii=False, indent=2) + "\n"


def pack_schema(table: str) -> str:
    """Return the JSON Schema of one table of a fixture pack; the rules across tables are left to ``validate``."""
    shape = pack_part().tables[table]
    value = {"type": ["string", "null"]}
    record = {
        "type": "object",
        "additionalProperties": False,
        "properties": dict.fromkeys(shape.names, value),
        "required": list(shape.needed_names),
    }
    return _schema_of(table, table, record)


def portal_schema(table: str) -> str:
    """Return the JSON Schema of one table of a pack's folder ``portal``."""
    kinds = {True: {"type": ["array", "null"]}, False: {"type": ["string", "null"]}}
    columns = {name: kinds[is_list] for name, is_list in portal_columns(table).items()}
    record = {"type": "object", "additionalProperties": False, "properties": columns}
    return _schema_of(f"portal/{table}", table, record)


def _schema_of(title: str, table: str, record: dict[str, Any]) -> str:
    rows = {"type": "object", "additionalProperties": False, "patternProperties": {"^[1-9][0-9]*$": record}}
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ndxp-emulator pack: {title}",
        "type": "object",
        "additionalProperties": False,
        "properties": {table: rows},
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


_WIDTH = 100
_CLI_HEAD = """# Trợ giúp của từng lệnh · The help of each command

<!-- Written by `make docs`; do not edit. -->

Điều chung cho mọi lệnh · what holds for all of them: [cli.md](cli.md).
"""


def cli_page() -> str:
    """Return the page."""
    from emulator.cli import main
    from emulator.cli.frame import PROGRAM

    return _CLI_HEAD + "".join(f"\n## `{name}`\n\n```text\n{text}\n```\n" for name, text in _helps(main, PROGRAM))


def _helps(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield (full name, help) of a command and of all below it, as wide as the page."""
    own = name.rpartition(" ")[2]
    context = click.Context(command, info_name=own, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH)
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield name, text
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            yield from _helps(command.commands[each], f"{name} {each}", context)


PAGES: dict[str, Callable[[], str]] = {
    "cli-help.md": cli_page,
    "fields.md": fields_page,
    "quirks.md": quirks_page,
    "error-codes.md": error_codes_page,
    "rules.md": rules_page,
    "faults.md": faults_page,
    "extent-data.md": extent_data_page,
    "extent-data.xsd": extent_schema,
    "kits.md": kits_page,
    "magic-values.md": magic_values_page,
    "schemas/scenario.schema.json": scenario_schema,
    "schemas/task.schema.json": task_schema,
    "schemas/lesson.schema.json": lesson_schema,
    "task-vocabulary.md": vocabulary_page,
    **{f"schemas/pack-{table}.schema.json": partial(pack_schema, table) for table in pack_part().tables},
    **{f"schemas/portal-{table}.schema.json": partial(portal_schema, table) for table in portal_names()},
}


def write(folder: Path) -> None:
    """Write every page into a folder."""
    for name, page in PAGES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).resolve().parents[1] / "docs")
