"""An XML text as plain values, for looking at its structure: elements are objects, repeated ones lists."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

MOST_TAGS = 20_000
"""So many tags a text may have before anything is built of it; a real one has some hundreds."""

MOST_LEVELS = 64
"""So deep elements may stand in each other; those of the documents stand four deep."""


COMPLAINTS = {
    4: "không có nội dung",
    5: "thừa nội dung sau thẻ gốc",
    9: "có ký tự không được phép trong XML",
    23: "dấu & phải viết là &amp;",
    26: "thực thể chưa khai báo",
    38: "dấu < phải viết là &lt;",
    68: "dấu & hoặc < đứng lẻ, phải viết là &amp; hoặc &lt;",
    73: "thiếu dấu >",
    76: "thẻ mở và thẻ đóng khác tên",
    77: "thiếu thẻ đóng",
}
"""What the parser can complain of, by libxml2's number."""


class BrokenXml(ValueError):
    """The text is not well-formed, or declares a document type."""


def xml_tree(text: str) -> dict[str, Any]:
    """Return ``{root: content}``; an element without children is its text, an empty one None.

    No entities, no document type, no network.

    Raises:
        BrokenXml: the text cannot be read.
    """
    root = xml_root(text)
    return {_name(root): _content(root)}


def xml_root(text: str) -> _Element:
    """Return the root element. No entities, no document type, no network.

    Raises:
        BrokenXml: the text cannot be read.
    """
    from lxml import etree

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BrokenXml("DOCTYPE")
    if text.count("<") > MOST_TAGS:
        raise BrokenXml(f"more than {MOST_TAGS} tags")
    try:
        root = etree.fromstring(text.strip().encode(), xml_parser())
    except (etree.XMLSyntaxError, ValueError) as trouble:
        raise BrokenXml(str(trouble)) from None
    if is_deep_tree(root):
        raise BrokenXml(f"nested deeper than {MOST_LEVELS}")
    return root


def is_deep_tree(root: _Element) -> bool:
    """Tell whether elements stand in each other deeper than anybody may; the parser itself stops at 256."""
    level, below = 1, list(root)
    while below and level <= MOST_LEVELS:
        level, below = level + 1, [child for each in below for child in each]
    return bool(below)


def element_texts(text: str, path: str) -> list[str]:
    """Return the texts of the elements at ``//TenTep`` or ``/ThongTin/GiayTo[2]/TenTep``, in whatever namespace.

    Raises:
        BrokenXml: the text cannot be read.
    """
    from lxml import etree

    above = etree.Element("above")
    above.append(xml_root(text))
    named = re.sub(r"(?<=/)(?=[^/.*{])", "{*}", path)
    return ["".join(str(part) for part in each.itertext()).strip() for each in above.iterfind(f".{named}")]


@lru_cache(1)
def xml_parser() -> XMLParser:
    """Return the one parser; threads that ask for it at once wait for each other inside lxml."""
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def _name(element: _Element) -> str:
    return local_name(element.tag)


def local_name(name: Any) -> str:
    """Return the name of an element or attribute without its namespace."""
    return str(name).rpartition("}")[2]


def _content(element: _Element) -> Any:
    found: dict[str, Any] = {f"@{local_name(name)}": str(value) for name, value in element.attrib.items()}
    for child in element:
        name, content = _name(child), _content(child)
        if name not in found:
            found[name] = content
        elif isinstance(found[name], list):
            found[name].append(content)
        else:
            found[name] = [found[name], content]
    text = (element.text or "").strip()
    return found or text or None
