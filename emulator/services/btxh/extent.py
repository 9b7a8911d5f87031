"""``CertificateExtentData``, XML inside a JSON string: its fields and its reading (3.1.1 field 44; B39 to B75)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.services.btxh.models import ExtentData, ResultPaper, SubmittedDocument
from emulator.wire import codes
from emulator.wire.reading import Reading

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element


# The fields of ``CertificateExtentData``.
#
# No document lists them (B45): this list is the emulator's own, published as ``docs/extent-data.md`` and
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


DOCUMENT_FIELDS = (
    ExtentField("TepDinhKemId", "Mã tệp ở hệ thống gửi; có hệ thống gửi hằng số 1"),
    ExtentField("TenTepDinhKem", "Tên tệp", required=True, most=4000),
    ExtentField("IsDeleted", "Đã xóa", values=(*_YES_NO, "False", "True")),
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
_DECLARATION_LIKE = re.compile(r"\s*<\?xml[^<>]*>")
_LISTS = {
    DOCUMENTS.casefold(): (DOCUMENTS, DOCUMENT, "B40"),
    RESULTS.casefold(): (RESULTS, RESULT, "B41"),
}
Item = dict[str, str]
Lists = dict[str, list[Item]]


def parse_extent(text: str, reading: Reading) -> Lists | None:
    """Return the items of each list that is there, by the list's official name; None when the XML is refused.

    No document type, no entities, no network: the text comes from whoever calls.
    """
    if len(text) > MOST_CHARACTERS:
        vi, en = f"CertificateExtentData dài quá {MOST_CHARACTERS} ký tự", "CertificateExtentData is too long"
        reading.refuse("xml-too-large", PATH, codes.TOO_LARGE, vi, en)
        return None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        vi, en = "CertificateExtentData không được khai báo DOCTYPE hay ENTITY", "DOCTYPE and ENTITY are not allowed"
        reading.refuse("xml-doctype", PATH, codes.BAD_XML, vi, en)
        return None
    root = _parse(_without_declaration(text, reading), reading)
    return None if root is None else _read_root(root, reading)


def _without_declaration(text: str, reading: Reading) -> bytes:
    found = _DECLARATION.match(text)
    if not found:
        found = _DECLARATION_LIKE.match(text)
        if found:
            vi = f"CertificateExtentData: khai báo XML hỏng “{found.group().strip()}”"
            reading.meet("B43", PATH, codes.BAD_XML, vi, "CertificateExtentData: the XML declaration is broken")
    if found:
        text = " " * found.end() + text[found.end() :]
    return text.encode()


def _parse(data: bytes, reading: Reading) -> _Element | None:
    from lxml import etree

    try:
        return etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as trouble:
        line, column = trouble.position
        vi = f"CertificateExtentData sai cú pháp XML ở dòng {line}, cột {column}: {trouble.msg}"
        en = f"CertificateExtentData is not well-formed at line {line}, column {column}: {trouble.msg}"
        reading.refuse("xml", PATH, codes.BAD_XML, vi, en)
        return None


@lru_cache(1)
def _parser() -> XMLParser:
    """Return the one parser; threads that ask for it at once wait for each other inside lxml."""
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _read_root(root: _Element, reading: Reading) -> Lists | None:
    name = _local(root.tag)
    if name != ROOT:
        vi, en = f"CertificateExtentData: gốc XML là {name}, cần {ROOT}", f"the XML root is {name}, not {ROOT}"
        reading.refuse("xml-root", PATH, codes.BAD_XML, vi, en)
        return None
    if root.nsmap:
        vi, en = "ExtentData khai báo không gian tên không dùng đến", "ExtentData declares namespaces"
        reading.note("B44", PATH, vi, en)
    lists: Lists = {}
    for child in root:
        _read_list(child, lists, reading)
    return lists


def _read_list(child: _Element, lists: Lists, reading: Reading) -> None:
    given = _local(child.tag)
    known = _LISTS.get(given.casefold())
    if known is None:
        vi, en = f"{PATH[1:]}: phần tử lạ {given}", f"{PATH[1:]}: unknown element {given}"
        reading.meet("B45", f"{PATH}/{given}", codes.BAD_XML, vi, en)
        return
    name, item_name, quirk = known
    if given != name:
        vi, en = f"danh sách viết là {given} thay vì {name}", f"the list is written {given}, not {name}"
        reading.meet(quirk, f"{PATH}/{given}", codes.BAD_XML, vi, en)
    items = lists.setdefault(name, [])
    if len(items) + len(child) > MOST_ITEMS:
        vi, en = f"{name}: quá {MOST_ITEMS} phần tử", f"{name} has more than {MOST_ITEMS} items"
        reading.refuse("xml-too-large", f"{PATH}/{name}", codes.TOO_LARGE, vi, en)
        return
    for number, item in enumerate(child, 1):
        path = f"{PATH}/{name}/{number}"
        if _local(item.tag) != item_name:
            vi, en = f"{name}: phần tử lạ {_local(item.tag)}", f"{name}: unknown element {_local(item.tag)}"
            reading.meet("B45", path, codes.BAD_XML, vi, en)
            continue
        items.append(_read_item(item, FIELDS[item_name], path, reading))


def _read_item(element: _Element, known: dict[str, ExtentField], path: str, reading: Reading) -> Item:
    item: Item = {}
    for child in element:
        name = _local(child.tag)
        if name not in known or len(child):
            vi, en = f"phần tử lạ {name}", f"unknown element {name}"
            reading.meet("B45", f"{path}/{name}", codes.BAD_XML, f"{path[1:]}: {vi}", f"{path[1:]}: {en}")
        else:
            item[name] = (child.text or "").strip()
    for field in known.values():
        _check_field(field, item.get(field.name, ""), path, reading)
    return item


def _check_field(field: ExtentField, value: str, path: str, reading: Reading) -> None:
    if not value:
        if field.required:
            vi, en = f"{path[1:]}: thiếu {field.name}", f"{path[1:]}: {field.name} is missing"
            reading.meet("B45", f"{path}/{field.name}", codes.BAD_XML, vi, en)
    elif field.values and value not in field.values:
        rule = "B46" if field.name == "DuocTaiSuDung" else "B45"
        vi = f"{path[1:]}: {field.name} “{value}” không thuộc {', '.join(field.values)}"
        reading.refuse(rule, f"{path}/{field.name}", codes.BAD_XML, vi, f"{path[1:]}: {field.name} is “{value}”")
    elif field.most and len(value) > field.most:
        vi = f"{path[1:]}: {field.name} dài {len(value)} ký tự, tối đa {field.most}"
        reading.refuse(
            "length", f"{path}/{field.name}", codes.BAD_FIELD, vi, f"{field.name} has {len(value)} characters"
        )


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
