"""What the two docs sites need beyond mkdocs: one language a site, pages found by pattern, diagrams drawn from text.

``NAME.vi.md`` and ``NAME.en.md`` are one page. Each site takes the files of the language its theme has, and shows them
as ``NAME.html``; decisions are written in English and stand in the English site alone (decision 0027).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from html import escape
from pathlib import Path
from typing import Any

FENCE = "sequence"
CITED = re.compile(r"(?<![`\w])src:([a-z0-9]+(?:-[a-z0-9]+)*)")
_LINE = re.compile(r"(?P<who>[^:]+?)\s*(?P<arrow>-->|->)\s*(?P<whom>[^:]+?)\s*:\s*(?P<said>.+)")
_NOTE = re.compile(r"(?P<who>[^:>]+?)\s*:\s*(?P<said>.+)")
_LANE, _ROW, _TOP, _MARGIN = 210, 40, 66, 105
# Words have a halo of the page's colour, so that lines end before them.
_HALO = 'stroke="var(--md-default-bg-color,#fff)" stroke-width="4" paint-order="stroke"'
_WORDS = f'text-anchor="middle" fill="currentColor" {_HALO}'


LANGUAGES = ("vi", "en")
DECISIONS = "decisions/"
REFERENCE = {"Tra cứu", "Reference"}
_TO_DECISION = re.compile(r"\[(?P<text>[^]]+)\]\((?P<page>decisions/[\w-]+)\.md(?P<place>#[^)]*)?\)")
_PARTS = {"vi": 0, "en": -1}  # of "Tra cứu · Reference"


def language_of(path: str) -> str | None:
    """Return the language of ``NAME.vi.md``, or None where a file is for both sites."""
    found = re.search(r"\.(vi|en)\.md$", path)
    return found[1] if found else None


def on_config(config: Any) -> Any:
    """Fill in the patterns of the navigation, and teach the fences of Markdown to draw."""
    language, folder = config["theme"]["language"], Path(config["docs_dir"])
    pages = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    own = sorted(page for page in pages if _is_shown(page, language))
    nav = list(_of_language(config["nav"], language, pages))
    named = set(_named(nav))
    config["nav"] = _filled(nav, [page for page in own if page not in named])
    fence = {"name": FENCE, "class": FENCE, "format": drawn}
    config["mdx_configs"].setdefault("pymdownx.superfences", {})["custom_fences"] = [fence]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Keep the files of the site's language, under the names that both sites share."""
    language = config["theme"]["language"]
    for file in list(files):
        if not _is_shown(file.src_uri, language):
            files.remove(file)
        elif language_of(file.src_uri):
            file.name = file.name.removesuffix(f".{language}")  # by which mkdocs knows the home page
            file.dest_uri = file.dest_uri.replace(f".{language}.html", ".html")
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Turn each citation ``src:ID`` into a link to its entry of the page of sources; lead to decisions."""
    language, up = config["theme"]["language"], "../" * page.file.src_uri.count("/")
    if language != "en":
        markdown = _TO_DECISION.sub(
            lambda to: f'<a href="{up}en/{to["page"]}.html{to["place"] or ""}" hreflang="en">{to["text"]}</a>', markdown
        )
    return CITED.sub(lambda found: f"[{found[1]}]({up}sources.{language}.md#{found[1]})", markdown)


def on_page_context(context: Any, page: Any, config: Any, **_: Any) -> Any:
    """Remember what the navigation calls a page, which is searched by that, too; link to its twin."""
    _NAMES[page.url] = page.title
    if page.parent and page.parent.title in REFERENCE:
        _LOOKED_UP.add(page.url)
    has_twin = language_of(page.file.src_uri) is not None
    own, other = (page.url, page.url) if has_twin else (page.url, "index.html")
    links = {"vi": (own, f"en/{other}"), "en": (f"../{other}", own)}[config["theme"]["language"]]
    for each, link in zip(config["extra"]["alternate"], links, strict=True):
        each["link"] = link
    return context


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Put what lets a page search from a disk before the theme's own script."""
    up = "../" * page.url.count("/")
    return output.replace("</head>", f'<script src="{up}javascripts/search-from-disk.js"></script></head>', 1)


def on_post_build(config: Any) -> None:
    """Let a search find what is written with marks by words without them, and a page by its place in the navigation."""
    path = Path(config["site_dir"]) / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    for entry in index["docs"]:
        name = _NAMES.get(entry["location"])
        if name and name not in entry["title"]:
            entry["title"] = name
        if entry["location"].partition("#")[0] in _LOOKED_UP:
            entry["boost"] = 2
        entry["tags"] = _folded(entry["title"])  # hidden by search.css; a tag weighs more than the text
        entry["text"] = " ".join([entry["text"], *_folded(re.sub(r"<[^>]*>", " ", entry["text"]))])
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".js").write_text(f"var __index = {text}", encoding="utf-8")  # what the theme reads from a disk


_NAMES: dict[str, str] = {}
_LOOKED_UP: set[str] = set()  # pages of the reference: who searches for a word mostly means them
_D = str.maketrans("đĐ", "dD")


def _folded(text: str) -> list[str]:
    """Return the words of a text that have marks, without them."""
    plain = []
    for word in text.split():
        whole = unicodedata.normalize("NFD", word)
        bare = "".join(each for each in whole if not unicodedata.combining(each)).translate(_D)
        if bare != whole:
            plain.append(bare)
    return plain


def _is_shown(page: str, language: str) -> bool:
    if page.startswith(DECISIONS):
        return language == "en"
    return language_of(page) in (None, language)


def _of_language(entries: list[Any], language: str, pages: set[str]) -> Iterator[Any]:
    """Yield the navigation with titles and pages of one language."""
    for entry in entries:
        title, target = next(iter(entry.items())) if isinstance(entry, dict) else (None, entry)
        title = title and title.split(" · ")[_PARTS[language]]
        if isinstance(target, list):
            target = list(_of_language(target, language, pages))
            if not target:
                continue
        elif not _is_shown(target, language):
            continue
        elif (own := target.replace(".md", f".{language}.md")) in pages:
            target = own
        yield {title: target} if title else target


def _named(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        target = next(iter(entry.values())) if isinstance(entry, dict) else entry
        yield from _named(target) if isinstance(target, list) else (target,)


def _filled(entries: list[Any], free: list[str]) -> list[Any]:
    """Return the navigation with every pattern replaced by the pages it finds; several become a section."""
    filled: list[Any] = []
    for entry in entries:
        title, target = next(iter(entry.items())) if isinstance(entry, dict) else (None, entry)
        if isinstance(target, list):
            filled.append({title: _filled(target, free)})
        elif "*" not in target:
            filled.append(entry)
        else:
            found = [page for page in free if fnmatchcase(page, target)]
            filled.extend([{title: found if found[1:] else found[0]}] if title and found else found)
    return filled


@dataclass(frozen=True, slots=True)
class Message:
    """A line of a sequence: an arrow from ``who`` to ``whom``, or a note of ``who`` when nobody is addressed."""

    who: str
    whom: str
    said: str
    is_reply: bool = False


def messages_in(source: str) -> list[Message]:
    """Return the messages of ``A -> B: what``, ``B --> A: reply`` and ``A: a note``, one a line.

    Raises:
        ValueError: a line is none of these.
    """
    found = []
    for line in filter(None, map(str.strip, source.splitlines())):
        if told := _LINE.fullmatch(line):
            found.append(Message(told["who"], told["whom"], told["said"], told["arrow"] == "-->"))
        elif told := _NOTE.fullmatch(line):
            found.append(Message(told["who"], "", told["said"]))
        else:
            raise ValueError(f"not a line of a sequence: {line!r}")
    return found


def drawn(source: str, _language: str, _class: str, _options: Any, _md: Any, **_: Any) -> str:
    """Return a fenced ``sequence`` as an inline SVG: no script draws it, so no script is fetched."""
    from pymdownx.superfences import SuperFencesException

    try:
        messages = messages_in(source)
    except ValueError as trouble:  # any other exception would only leave the block undrawn
        raise SuperFencesException(str(trouble)) from trouble
    lanes = list(dict.fromkeys(name for each in messages for name in (each.who, each.whom) if name))
    x_of = {name: _MARGIN + _LANE * place for place, name in enumerate(lanes)}
    width, height = _LANE * len(lanes), _TOP + _ROW * len(messages)
    parts = [_head(name, x, height) for name, x in x_of.items()]
    parts += [_row(each, x_of, _TOP + _ROW * row + 22) for row, each in enumerate(messages)]
    told = escape("; ".join(f"{each.who} → {each.whom}: {each.said}" for each in messages))
    return (
        f'<svg class="{FENCE}" role="img" aria-label="{told}" viewBox="0 0 {width} {height + 8}" '
        f'style="max-width:100%;width:{width}px;color:inherit;font:13px sans-serif">{"".join(parts)}</svg>'
    )


def _head(name: str, x: int, height: int) -> str:
    return (
        f'<rect x="{x - 96}" y="6" width="192" height="32" rx="6" fill="none" stroke="currentColor"/>'
        f'<text x="{x}" y="27" text-anchor="middle" font-weight="bold" fill="currentColor">{escape(name)}</text>'
        f'<path d="M{x} 38V{height}" stroke="currentColor" stroke-opacity=".35" fill="none"/>'
    )


def _row(message: Message, x_of: dict[str, int], y: int) -> str:
    start, said = x_of[message.who], escape(message.said)
    if not message.whom:
        return f'<text x="{start}" y="{y}" font-style="italic" {_WORDS}>{said}</text>'
    end = x_of[message.whom]
    way = 1 if end > start else -1
    dashes = ' stroke-dasharray="5 4"' if message.is_reply else ""
    return (
        f'<text x="{(start + end) / 2}" y="{y - 6}" {_WORDS}>{said}</text>'
        f'<path d="M{start} {y}H{end}M{end - 8 * way} {y - 5}L{end} {y}L{end - 8 * way} {y + 5}" '
        f'stroke="currentColor" fill="none"{dashes}/>'
    )
