"""Pages of ``docs/`` that are written from the code; ``make docs`` writes them anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from emulator.scenario.fault import Fault
from emulator.scenario.faults import FAULTS
from emulator.wire.codes import ERROR_CODES
from emulator.wire.columns import Column
from emulator.wire.extent_fields import (
    DOCUMENT,
    DOCUMENT_FIELDS,
    DOCUMENTS,
    RESULT,
    RESULT_FIELDS,
    RESULTS,
    ROOT,
    ExtentField,
)
from emulator.wire.quirks import QUIRKS, Behaviour, Quirk

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
accepted (✓). Rows without a sign shape a reply, or touch no wire at all (marked °).

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
broken rule in `message`; the first decides the code. The HTTP status is 200.

| Code | Nghĩa | Meaning |
|---|---|---|
"""
    return head + "".join(f"| {code.number} | {code.vi} | {code.en} |\n" for code in ERROR_CODES)


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
    from emulator.wire.schemas import field_tables

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


_KINDS = {
    "socket": ("Đường truyền", "The line"),
    "timing": ("Thời gian", "Time"),
    "payload": ("Nội dung", "Content"),
    "gateway": ("Cổng", "The gateway"),
    "token": ("Token, phiên, đồng hồ", "Tokens, sessions, clocks"),
    "x-road": ("Trục", "The axis"),
}


def faults_page() -> str:
    """Return ``faults.md``: every fault, by kind."""
    head = f"""# Lỗi cố ý · Faults on purpose

{_WRITTEN}
Lỗi được đặt bằng `PUT /__admin/faults` (hoặc `/__admin/sandboxes/{{sandbox}}/faults`), trong kịch bản (`fault:`),
hay cho một lời gọi.
Faults are armed by `PUT /__admin/faults` (or per sandbox), in a scenario (`fault:`), or for one call:

```json
{{"faults": [{{"fault": "reply-lost", "on": "btxh.DongBoDVC", "nth": [2], "params": {{"ending": "reset"}}}}]}}
```

| | vi | en |
|---|---|---|
| `on` | mẫu tên thao tác, ví dụ `btxh.*` | glob of operations |
| `nth` | những lượt nào, 1 là lượt đầu; bỏ trống là mọi lượt | which calls, 1 is the first; none: every call |
| `times` | nhiều nhất mấy lần | at most so often |
| `probability`, `seed` | xác suất, theo seed của sandbox | luck, drawn from the sandbox's seed |
| `ttl_ms` | hết hiệu lực sau bao lâu, giờ ảo | disarmed after so long, virtual time |
| `params` | xem bảng dưới | see below |

Một lỗi chỉ gặp lời gọi đã được nhận; lỗi đường truyền và thời gian gặp cả lời gọi bị từ chối. Nhật ký ghi tên lỗi ở
`fault`, `faults` và một ghi chú `fault:<tên>`. Faults meet calls that were admitted; those of the line and of time also
meet refused ones. The journal names them in `fault`, `faults` and a remark `fault:<name>`; the exchange is committed
before the reply leaves, or fails to leave. Status 0 says that no status line left.

Under `gthread` every fault works too, but a reply that waits, drips or hangs holds one of the worker's eight threads;
under `asgi`, the default, it holds none. A client that leaves ends the wait under both.
"""
    return head + "".join(_faults_of(kind) for kind in _KINDS)


def _faults_of(kind: str) -> str:
    vi, en = _KINDS[kind]
    head = f"\n## {vi} · {en}\n\n| Fault | Là gì · What | Máy khách thấy · The client sees | `params` | At | Source |\n"
    rows = (_fault_row(name, fault) for name, fault in FAULTS.items() if fault.kind == kind)
    return head + "|---|---|---|---|---|---|\n" + "".join(rows)


def _fault_row(name: str, fault: Fault) -> str:
    cells = (
        f"`{name}`",
        _twice(fault.title),
        _twice(fault.sees),
        "<br>".join(_param(key, schema) for key, schema in fault.params.items()) or "–",
        " ".join(f"`{glob}`" for glob in fault.at),
        fault.source,
    )
    return "| " + " | ".join(cells) + " |\n"


def _twice(said: Mapping[str, str]) -> str:
    return said["vi"] if said["vi"] == said["en"] else f"{said['vi']} · {said['en']}"


def _param(name: str, schema: Mapping[str, Any]) -> str:
    takes = ", ".join(schema["enum"]) if "enum" in schema else ""
    if "minimum" in schema:
        takes = f"{schema['minimum']:g} … {schema['maximum']:g}"
    default = str(schema["default"]).lower() if schema["type"] == "boolean" else schema["default"]
    return f"`{name}` = {default}{f' ({takes})' if takes else ''}: {schema['description']}"


PAGES: dict[str, Callable[[], str]] = {
    "fields.md": fields_page,
    "quirks.md": quirks_page,
    "error-codes.md": error_codes_page,
    "faults.md": faults_page,
    "extent-data.md": extent_data_page,
    "extent-data.xsd": extent_schema,
}


def write(folder: Path) -> None:
    """Write every page into a folder."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).resolve().parents[1] / "docs")
