"""An XML text as plain values, for looking at its structure: elements are objects, repeated ones lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

MOST_TAGS = 20_000
"""So many tags a text may have before anything is built of it; a real one has some hundreds."""

MOST_LEVELS = 64
"""So deep elements may stand in each other; those of the documents stand four deep."""


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
        root = etree.fromstring(text.strip().encode(), _parser())
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
def _parser() -> XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def _name(element: _Element) -> str:
    return _local(element.tag)


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2]


def _content(element: _Element) -> Any:
    found: dict[str, Any] = {f"@{_local(name)}": str(value) for name, value in element.attrib.items()}
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


# An XML that needs no tree.

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
