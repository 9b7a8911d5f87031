"""The schemas in ``docs/``, written from the code: JSON Schemas, and the XML schema of ``CertificateExtentData``."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from xml.sax.saxutils import quoteattr

from emulator.certification.vocabulary import schema as task_words
from emulator.classroom.lesson_words import lesson_grammar
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

WRITTEN = "<!-- Written by `make docs`; do not edit. -->\n"


def extent_schema() -> str:
    """Return ``extent-data.xsd``: ``CertificateExtentData`` as an XML schema; strict accepts what it does."""
    lists = "".join(
        f'<xs:element name="{name}" minOccurs="0"><xs:complexType><xs:sequence>'
        f'<xs:element name="{item}" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:all>\n'
        + "".join(f"  {_element(field)}\n" for field in fields)
        + "</xs:all></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>\n"
        for name, item, fields in ((DOCUMENTS, DOCUMENT, DOCUMENT_FIELDS), (RESULTS, RESULT, RESULT_FIELDS))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"{WRITTEN}"
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
    return _written(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"ndxp-emulator pack: {title}",
            "type": "object",
            "additionalProperties": False,
            "properties": {table: rows},
        }
    )


def _written(schema: Any) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


SCHEMAS: dict[str, Callable[[], str]] = {
    "extent-data.xsd": extent_schema,
    "schemas/scenario.schema.json": lambda: _written(scenario_grammar()),
    "schemas/task.schema.json": lambda: _written(task_words()),
    "schemas/lesson.schema.json": lambda: _written(lesson_grammar()),
    **{f"schemas/pack-{table}.schema.json": partial(pack_schema, table) for table in pack_part().tables},
    **{f"schemas/portal-{table}.schema.json": partial(portal_schema, table) for table in portal_names()},
}
"""What each file of ``docs/`` is written by."""
