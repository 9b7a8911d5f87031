"""``CertificateExtentData``, XML inside a JSON string: its fields and its reading (3.1.1 field 44; B39 to B75)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from emulator.services.btxh.models import ExtentData, ResultPaper, SubmittedDocument
from emulator.wire import codes
from emulator.wire.reading import OwnRule, Reading, told
from emulator.wire.xml_tree import COMPLAINTS, MOST_LEVELS, MOST_TAGS, is_deep_tree, local_name, xml_parser

if TYPE_CHECKING:
    from lxml.etree import _Element


# The fields of ``CertificateExtentData``.
#
# No document lists them (B45): this list is the emulator's own, published as ``docs/fields`` and
# ``docs/extent-data.xsd``.

DOCUMENTS, DOCUMENT = "DanhSachTaiLieuNop", "TaiLieuNop"
RESULTS, RESULT = "DanhSachGiayToKetQua", "GiayToKetQua"
ROOT = "ExtentData"
_YES_NO = ("0", "1")


class ExtentField(NamedTuple):
    """One element of a document or of a result paper. An optional one may be empty or absent."""

    name: str
    label: str
    required: bool = False
    most: int | None = None
    values: tuple[str, ...] = ()

    def fits(self, value: str) -> bool:
        """Tell whether the published list has nothing against a value."""
        if not value:
            return not self.required
        return value in self.values if self.values else not self.most or len(value) <= self.most


DOCUMENT_FIELDS = (
    ExtentField("TepDinhKemId", "Mã tệp ở hệ thống gửi; có hệ thống gửi hằng số 1"),
    ExtentField("TenTepDinhKem", "Tên tệp", required=True, most=4000),
    ExtentField("IsDeleted", "Đã xóa", values=_YES_NO),
    ExtentField("MaThanhPhanHoSo", "Mã thành phần hồ sơ; có hệ thống gửi tên"),
    ExtentField("DuongDanTaiTepTin", "Đường dẫn tải tệp", required=True),
    ExtentField("DuocSoHoa", "Được số hóa", values=_YES_NO),
    ExtentField("DuocTaiSuDung", "0 không, 1 tái sử dụng, 2 tái sử dụng kèm MaKetQuaThayThe", values=("0", "1", "2")),
    ExtentField("DuocLayTuKhoDMQG", "Lấy từ kho dữ liệu điện tử quốc gia", values=_YES_NO),
    ExtentField("MaKetQuaThayThe", "Mã kết quả thay thế; 0 là không có"),
)
RESULT_FIELDS = (
    ExtentField("TenGiayTo", "Tên giấy tờ", required=True, most=2000),
    ExtentField("MaThanhPhanHoSo", "Mã thành phần hồ sơ; 0 là không có"),
    ExtentField("GiayToId", "Mã giấy tờ ở hệ thống gửi; có hệ thống gửi hằng số 1"),
    ExtentField("DuongDanTepTinKetQua", "Đường dẫn tệp kết quả", required=True),
    ExtentField("MaGiayToKetQua", "Mã kết quả, ví dụ KQ.G07.000290"),
)
FIELDS = {
    DOCUMENT: {field.name: field for field in DOCUMENT_FIELDS},
    RESULT: {field.name: field for field in RESULT_FIELDS},
}


# Parsing ``CertificateExtentData``, an XML document inside a JSON string (BTXH 3.1.1 field 44; B39 to B47, B75).

PATH = "/CertificateExtentData"
MOST_CHARACTERS = 4_000_000
MOST_ITEMS = 2_000
_DECLARATION = re.compile(r"""\s*<\?xml\s+version\s*=\s*(['"])1\.[01]\1[^<>?]*\?>""")
# A document type stands before the root; the same letters in a comment or a CDATA section are a text like any other.
_DOCTYPE = re.compile(r"\s*+(?:<!--(?:(?!-->).)*+-->\s*+|<\?(?:(?!\?>).)*+\?>\s*+)*+<!DOCTYPE", re.DOTALL)
_DECLARATION_LIKE = re.compile(r"\s*<\?xml[^<>]*>")
_LISTS = {
    DOCUMENTS.casefold(): (DOCUMENTS, DOCUMENT, "B40"),
    RESULTS.casefold(): (RESULTS, RESULT, "B41"),
}
_PRINTED = frozenset({"DanhsachTaiLieuNop", "DanhsachGiayToKetQua"})
"""The spellings of the field table and of the printed replies: both lists may be sent back as they are printed."""
Item = dict[str, str]
Lists = dict[str, list[Item]]


def parse_extent(text: str, reading: Reading) -> Lists | None:
    """Return the items of each list that is there, by the list's official name; None when the XML is refused.

    No document type, no entities, no network: the text comes from whoever calls.
    """
    if len(text) > MOST_CHARACTERS:
        vi, en = f"CertificateExtentData dài quá {MOST_CHARACTERS} ký tự", "CertificateExtentData is too long"
        values = {"found": str(len(text)), "expected": f"≤ {MOST_CHARACTERS}"}
        reading.refuse("xml-too-large", PATH, codes.TOO_LARGE, vi, en, **values)
        return None
    if _DOCTYPE.match(text):
        vi, en = "CertificateExtentData không được khai báo DOCTYPE hay ENTITY", "DOCTYPE and ENTITY are not allowed"
        values = {"found": "<!DOCTYPE", "expected": f"<{ROOT}>"}
        reading.refuse("xml-doctype", PATH, codes.BAD_XML, vi, en, **values)
        return None
    text = _without_declaration(text, reading)
    plain = _PLAIN.read(text)
    if plain and all(_is_plain(pairs, name) for name, items in plain.lists.items() for pairs in items):
        return _read_plain(plain, reading)
    root = _parse(text.encode(), reading)
    return None if root is None else _read_root(root, reading)


# The plain form: an XML that needs no tree. All but a few clients write it; a property test holds its reading and the
# parser's together.

_MOST_PLAIN = 2_000
_NO_LINES = {ord("\t"): None, ord("\n"): None}
_FIELD = re.compile(r"<(\w+)(?:>([^<>&]*+)</\1>|\s*/>)", re.ASCII)
_SCHEMA = r"\s+xmlns:((?!xml)[a-z]+)=(['\"])http://www\.w3\.org/2001/XMLSchema(?:-instance)?\2"
_NAMESPACE = re.compile(_SCHEMA, re.ASCII)
PlainItem = list[tuple[str, str]]


class PlainLists(NamedTuple):
    """The prefixes that a root declares, and by the name of each list that is there its items: (name, text) pairs."""

    prefixes: list[str]
    lists: dict[str, list[PlainItem]]


class PlainForm:
    """The plain form of lists of items of fields: in their order, bare tags, no entity, no comment, no instruction.

    Whatever has it is well formed, so that it is read by its grammar alone, in a few microseconds.
    """

    def __init__(self, root: str, lists: Mapping[str, str]) -> None:
        """``lists`` gives each list's name and that of its items, in their order; each may be left out."""
        self._items = dict(lists)
        parts = "".join(_list_grammar(name, item) for name, item in lists.items())
        self._grammar = re.compile(rf"\s*+<{root}(?P<spaces>[^<>&]*+)>\s*+{parts}</{root}>\s*+", re.ASCII)

    def read(self, text: str) -> PlainLists | None:
        """Return what is in a text of the plain form; None for any other, be it well formed or not."""
        if text.count("<") > _MOST_PLAIN or not (text.isprintable() or text.translate(_NO_LINES).isprintable()):
            return None
        found = self._grammar.fullmatch(text)
        if found is None or _NAMESPACE.sub("", found["spaces"]).strip():
            return None
        prefixes = [prefix for prefix, _ in _NAMESPACE.findall(found["spaces"])]
        if len(set(prefixes)) < len(prefixes):
            return None
        lists = {
            name: [_FIELD.findall(each) for each in (found[item] or "").split(f"</{item}>")[:-1]]
            for name, item in self._items.items()
            if found[name] is not None
        }
        return PlainLists(prefixes, lists)


def _list_grammar(name: str, item: str) -> str:
    field = rf"<(?P<of{item}>\w+)(?:>[^<>&]*+</(?P=of{item})>|\s*/>)"
    items = rf"(?P<{item}>(?:\s*+<{item}>(?:\s*+{field})*+\s*+</{item}>)*+)"
    return rf"(?P<{name}><{name}(?:>{items}\s*+</{name}>|\s*/>)\s*+)?+"


_PLAIN = PlainForm(ROOT, {DOCUMENTS: DOCUMENT, RESULTS: RESULT})
_FIELDS_OF = {DOCUMENTS: FIELDS[DOCUMENT], RESULTS: FIELDS[RESULT]}


def _is_plain(pairs: PlainItem, name: str) -> bool:
    found = dict(pairs)
    return len(found) == len(pairs) and found.keys() <= _FIELDS_OF[name].keys()


def _read_plain(plain: PlainLists, reading: Reading) -> Lists:
    _note_spaces(plain.prefixes, reading)
    return {
        name: [
            _settle_item(pairs, _FIELDS_OF[name], f"{PATH}/{name}/{number}", reading)
            for number, pairs in enumerate(items, 1)
        ]
        for name, items in plain.lists.items()
    }


def _settle_item(pairs: PlainItem, known: dict[str, ExtentField], path: str, reading: Reading) -> Item:
    item = {name: _plain(known[name], text.strip(), path, reading) for name, text in pairs}
    _check_fields(item, known, path, reading)
    return item


def _without_declaration(text: str, reading: Reading) -> str:
    found = _DECLARATION.match(text)
    if not found:
        found = _DECLARATION_LIKE.match(text)
        if found:
            vi = f"CertificateExtentData: khai báo XML hỏng “{found.group().strip()}”"
            en, good = "CertificateExtentData: the XML declaration is broken", '<?xml version="1.0" encoding="utf-8"?>'
            values = {"found": told(found.group().strip()), "expected": good, "nearest": good}
            reading.meet("B43", PATH, codes.BAD_XML, vi, en, **values)
    if found:
        text = " " * found.end() + text[found.end() :]
    return text


def _parse(data: bytes, reading: Reading) -> _Element | None:
    from lxml import etree

    if data.count(b"<") > MOST_TAGS:
        vi = f"CertificateExtentData có hơn {MOST_TAGS} thẻ"
        en, values = f"CertificateExtentData has more than {MOST_TAGS} tags", {"expected": f"≤ {MOST_TAGS}"}
        reading.refuse("xml", PATH, codes.BAD_XML, vi, en, found=str(data.count(b"<")), **values)
        return None
    try:
        root = etree.fromstring(data, xml_parser())
        if not is_deep_tree(root):
            return root
        vi = f"CertificateExtentData lồng nhau quá {MOST_LEVELS} tầng"
        en = f"CertificateExtentData is nested deeper than {MOST_LEVELS}"
        reading.refuse("xml", PATH, codes.BAD_XML, vi, en, found="<a><a><a>…", expected=f"≤ {MOST_LEVELS}")
        return None
    except etree.XMLSyntaxError as trouble:
        line, column = trouble.position
        said = COMPLAINTS.get(getattr(trouble, "code", 0), "sai cú pháp")
        vi = f"CertificateExtentData không phải XML đúng chuẩn: {said} ở dòng {line}, cột {column}"
        en = f"CertificateExtentData is not well-formed at line {line}, column {column}: {trouble.msg}"
        values = {"found": _around(data, line, column), "expected": f"<{ROOT}>…</{ROOT}>"}
        reading.refuse("xml", PATH, codes.BAD_XML, vi, en, **values)
        return None


def _around(data: bytes, line: int, column: int) -> str:
    """Return what stands where the parser stumbled."""
    lines = data.decode().split("\n")
    at = lines[line - 1] if 0 < line <= len(lines) else ""
    return told(at[max(0, column - 30) : column + 10].strip() or "")


def _read_root(root: _Element, reading: Reading) -> Lists | None:
    name = local_name(root.tag)
    if name != ROOT:
        vi, en = f"CertificateExtentData: gốc XML là {name}, cần {ROOT}", f"the XML root is {name}, not {ROOT}"
        reading.refuse("xml-root", PATH, codes.BAD_XML, vi, en, found=told(f"<{name}>"), expected=f"<{ROOT}>")
        return None
    _note_spaces(root.nsmap, reading)
    lists: Lists = {}
    for child in root:
        _read_list(child, lists, reading)
    _note_stray(root, PATH, reading)
    return lists


def _note_spaces(prefixes: Collection[str | None], reading: Reading) -> None:
    if prefixes:
        vi, en = "ExtentData khai báo không gian tên không dùng đến", "ExtentData declares namespaces"
        declared = told(" ".join(f"xmlns:{prefix}" for prefix in prefixes))
        reading.note("B44", PATH, vi, en, found=declared, expected=f"<{ROOT}>")


def _read_list(child: _Element, lists: Lists, reading: Reading) -> None:
    given = local_name(child.tag)
    known = _LISTS.get(given.casefold())
    if known is None:
        _note_unknown(given, PATH, (DOCUMENTS, RESULTS), reading)
        return
    name, item_name, quirk = known
    path = f"{PATH}/{given}"
    if given != name:
        vi, en = f"danh sách viết là {given} thay vì {name}", f"the list is written {given}, not {name}"
        values = {"found": f"<{given}>", "expected": f"<{name}>", "nearest": name}
        if given in _PRINTED:
            reading.note(quirk, path, vi, en, **values)
        else:
            reading.refuse_in_strict("list-name", path, codes.BAD_XML, vi, en, **values)
    if name in lists:
        values = {"found": f"2 × <{name}>", "expected": f"1 × <{name}>"}
        reading.meet_own("B45", path, codes.BAD_XML, f"{name} có hai lần", f"{name} comes twice", **values)
    items = lists.setdefault(name, [])
    if len(items) + len(child) > MOST_ITEMS:
        vi, en = f"{name}: quá {MOST_ITEMS} phần tử", f"{name} has more than {MOST_ITEMS} items"
        values = {"found": str(len(items) + len(child)), "expected": f"≤ {MOST_ITEMS}"}
        reading.refuse("xml-too-large", f"{PATH}/{name}", codes.TOO_LARGE, vi, en, **values)
        return
    _note_stray(child, path, reading)
    for number, item in enumerate(child, 1):
        path = f"{PATH}/{name}/{number}"
        if local_name(item.tag) != item_name:
            _note_unknown(local_name(item.tag), f"{PATH}/{name}", (item_name,), reading)
            continue
        items.append(_read_item(item, FIELDS[item_name], path, reading))


def _note_unknown(name: str, path: str, known: Collection[str], reading: Reading) -> None:
    vi, en = f"{path[1:]}: phần tử lạ {name}", f"{path[1:]}: unknown element {name}"
    near = reading.near(name, known)
    values = {"found": told(f"<{name}>"), "expected": ", ".join(f"<{each}>" for each in known), "nearest": near}
    reading.meet_own("B45", f"{path}/{name}", codes.BAD_XML, vi, en, **values)


def _note_stray(element: _Element, path: str, reading: Reading) -> None:
    """Say what is read over: attributes, and text between elements."""
    for name in element.attrib:
        vi, en = f"{path[1:]}: thuộc tính lạ {local_name(name)}", f"{path[1:]}: unknown attribute {local_name(name)}"
        bare = f"<{local_name(element.tag)}>"
        reading.meet_own("B45", path, codes.BAD_XML, vi, en, found=told(f"{local_name(name)}=…"), expected=bare)
    between = [element.text, *(child.tail for child in element)] if len(element) else []
    stray = next((text.strip() for text in between if text and text.strip()), "")
    if stray:
        vi, en = f"{path[1:]}: chữ thừa “{stray[:40]}” giữa các thẻ", f"{path[1:]}: stray text “{stray[:40]}”"
        reading.meet_own(
            "B45", path, codes.BAD_XML, vi, en, found=told(stray), expected=f"<{local_name(element[0].tag)}>"
        )


def _read_item(element: _Element, known: dict[str, ExtentField], path: str, reading: Reading) -> Item:
    item: Item = {}
    _note_stray(element, path, reading)
    for child in element:
        name = local_name(child.tag)
        if name not in known or len(child):
            _note_unknown(name, path, known, reading)
            continue
        if name in item:
            vi, en = (
                f"{path[1:]}: {name} lặp lại, giá trị sau cùng được dùng",
                f"{name} is repeated, the last one counts",
            )
            values = {"found": f"2 × <{name}>", "expected": f"1 × <{name}>"}
            reading.meet_own("B45", f"{path}/{name}", codes.BAD_XML, vi, en, **values)
        _note_stray(child, f"{path}/{name}", reading)
        item[name] = _plain(known[name], (child.text or "").strip(), path, reading)
    _check_fields(item, known, path, reading)
    return item


def _check_fields(item: Item, known: dict[str, ExtentField], path: str, reading: Reading) -> None:
    for name, field in known.items():
        value = item.get(name, "")
        if not field.fits(value):
            _check_field(field, value, path, reading)


_WORDS = {"false": "0", "true": "1"}


def _plain(field: ExtentField, value: str, path: str, reading: Reading) -> str:
    """Return 0 or 1 for the words of ``xs:boolean``, which common serialisers write (B45)."""
    meant = _WORDS.get(value.casefold()) if field.values and value not in field.values else None
    if meant is None or meant not in field.values:
        return value
    vi = f"{path[1:]}: {field.name} “{value}” được đọc là {meant}"
    en, values = f"{path[1:]}: {field.name} “{value}” is read as {meant}", {"found": value, "nearest": meant}
    reading.note("B45", f"{path}/{field.name}", vi, en, expected=", ".join(field.values), **values)
    return meant


def _check_field(field: ExtentField, value: str, path: str, reading: Reading) -> None:
    """Compare a value with the published list, which is ours: no document has a table of these fields (B45)."""
    place, where = f"{path}/{field.name}", f"{path[1:]}: {field.name}"
    if not value:
        if field.required:
            values = {"found": '""', "expected": "String"}
            reading.meet_own("B45", place, codes.BAD_XML, f"{where} trống", f"{where} is empty", **values)
    elif field.values and value not in field.values:
        row: OwnRule = "B46" if field.name == "DuocTaiSuDung" else "B45"
        vi, en = f"{where} “{value}” không thuộc {', '.join(field.values)}", f"{where} is “{value}”"
        near = reading.near(value, field.values)
        values = {"found": told(value), "expected": ", ".join(field.values), "nearest": near}
        reading.meet_own(row, place, codes.BAD_XML, vi, en, **values)
    elif field.most and len(value) > field.most:
        vi = f"{where} dài {len(value)} ký tự, danh sách công bố ghi {field.most}"
        en = f"{where} has {len(value)} characters, the published list says {field.most}"
        values = {"found": told(value), "expected": f"String ≤ {field.most}"}
        reading.meet_own("B45", place, codes.BAD_FIELD, vi, en, **values)


def extent_of(lists: Lists) -> ExtentData:
    """Return the lists as values."""
    return ExtentData(
        tuple(
            SubmittedDocument(
                item.get("TenTepDinhKem", ""),
                item.get("DuongDanTaiTepTin", ""),
                item.get("MaThanhPhanHoSo", ""),
                item.get("DuocSoHoa") == "1",
            )
            for item in lists.get(DOCUMENTS, ())
        ),
        tuple(
            ResultPaper(item.get("TenGiayTo", ""), item.get("DuongDanTepTinKetQua", ""), item.get("MaGiayToKetQua", ""))
            for item in lists.get(RESULTS, ())
        ),
    )
