"""YAML as a tree that knows its places. Only what a scenario needs: no aliases, no tags, no surprises of type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from emulator.country.furnish import INVISIBLE
from emulator.country.positions import Problem, encoding_problem

SIZE_LIMIT = 1024 * 1024
_DEPTH = 30
MOST_NODES = 30_000
"""Names and values in one file: three seconds of reading. A scenario of a thousand steps has some twelve thousand."""
_TOO_MANY = "too many values"
_NULL = re.compile(r"~|null|Null|NULL|")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?", re.ASCII)
# What PyYAML says, and how a person is told; the rest is shown as PyYAML says it.
_SAYINGS = (
    (
        "cannot start any token",
        "Không được dùng ký tự tab để thụt lề; hãy dùng dấu cách",
        "tabs cannot indent; use blanks",
    ),
    ("found unexpected end of stream", "Chuỗi mở ngoặc kép hoặc đơn mà không đóng", "a quoted text is not closed"),
    (
        "mapping values are not allowed here",
        "Dấu “:” ở chỗ không thể có; đặt chữ trong ngoặc kép",
        "a ':' where none can be; quote the text",
    ),
    ("could not find expected ':'", "Thiếu dấu “:” sau tên", "a ':' is missing after a name"),
    ("expected <block end>", "Thụt lề không khớp với các dòng trên", "the indent does not fit the lines above"),
    (
        "but found another document",
        "Một tệp chỉ chứa một kịch bản; bỏ dòng “---” thứ hai",
        "one file holds one scenario; drop the second '---'",
    ),
    ("expected ',' or", "Thiếu dấu “,” hoặc dấu đóng ngoặc", "a ',' or a closing bracket is missing"),
    (
        _TOO_MANY,
        f"Tệp có hơn {MOST_NODES} tên và giá trị; hãy chia thành nhiều kịch bản",
        f"more than {MOST_NODES} names and values; make several scenarios of it",
    ),
    (
        "aliases are not taken",
        "Không dùng “*tên” (alias); hãy viết đầy đủ",
        "aliases (*name) are not taken; write it out",
    ),
)


class _Loader(yaml.SafeLoader):
    """A composer that refuses aliases (a few lines could stand for gigabytes), and what would take long to read."""

    nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise yaml.MarkedYAMLError(None, None, _TOO_MANY, self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(None, None, "aliases are not taken", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


def _compose(text: str, path: Path) -> yaml.Node | None:
    loader = _Loader(text)
    loader.name = str(path)
    return loader.get_single_node()


class Page:
    """One file: its tree, and the problems found in it so far. ``raw``: its bytes, when it does not lie on the disk.

    ``language`` is the version of the words that may stand in it; nodes of other files tell their own place.
    """

    def __init__(self, path: Path, raw: bytes | None = None) -> None:
        self.path, self.problems, self._raw = path, list[Problem](), raw
        self.language = 2

    def say(self, node: yaml.Node, vi: str, en: str) -> None:
        """Remember a problem at a node."""
        self._at(node.start_mark, vi, en)

    def tree(self) -> yaml.Node | None:
        """Return the root of the file, or None when it cannot be read; then the problems say why."""
        text = self._text()
        if text is None:
            return None
        root = self._compose_tree(text)
        if root is None and not self.problems:
            self.problems.append(Problem(str(self.path), 1, 1, "Tệp rỗng", "the file is empty"))
        if root is not None:
            self._check(root, 0)
        return root

    def _compose_tree(self, text: str) -> yaml.Node | None:
        try:
            return _compose(text, self.path)
        except yaml.MarkedYAMLError as trouble:
            if not self._tell_invisible(text, trouble):
                self._at(trouble.problem_mark or trouble.context_mark, *_translate_trouble(trouble))
        except yaml.reader.ReaderError as trouble:
            line, column = _place(text, trouble.position)
            sentences = f"Ký tự #x{trouble.character:04x} không thể có trong YAML", "a character that YAML cannot hold"
            self.problems.append(Problem(str(self.path), line, column, *sentences))
        except RecursionError:
            self.problems.append(Problem(str(self.path), 1, 1, "Lồng nhau quá sâu", "nested too deeply"))
        return None

    def raw(self) -> bytes:
        """Return the bytes of the file."""
        return self.path.read_bytes() if self._raw is None else self._raw

    def _text(self) -> str | None:
        raw = self.raw()
        if len(raw) > SIZE_LIMIT:
            self.problems.append(Problem(str(self.path), 1, 1, "Tệp lớn hơn 1 MB", "the file is larger than 1 MB"))
            return None
        try:
            return raw.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as trouble:
            self.problems.append(encoding_problem(self.path, raw, trouble.start))
            return None

    def _check(self, node: yaml.Node, depth: int) -> None:
        """Find repeated names, foreign tags and trees without end."""
        if depth > _DEPTH:
            self.say(node, "Lồng nhau quá sâu", "nested too deeply")
            return
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self.say(node, f"Không dùng thẻ “{node.tag}”", f"tags are not taken: {node.tag}")
        self._look_for_invisible(node)
        for key, value in members(node):
            self._check(value, depth + 1)
            self._look_for_invisible(key)
            if not isinstance(key, yaml.ScalarNode):
                vi, en = "Tên phải là chữ; đặt {{…}} trong ngoặc kép", "a name must be a text; put {{…}} in quotes"
                self.say(key, vi, en)
        self._find_repeats(node)
        if isinstance(node, yaml.SequenceNode):
            for each in node.value:
                self._check(each, depth + 1)

    def _look_for_invisible(self, node: Any) -> None:
        """Name a character that nobody sees, in a text without quotes; between words of a sentence it does no harm."""
        if isinstance(node, yaml.ScalarNode) and any("\ud800" <= sign <= "\udfff" for sign in node.value):
            self.say(node, "Nửa cặp thay thế UTF-16 không phải chữ", "half a surrogate pair is no character")
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            return
        for place, sign in enumerate(node.value):
            if sign in INVISIBLE and not (sign == "\u00a0" and 0 < place < len(node.value) - 1 and " " in node.value):
                mark = node.start_mark
                self._tell_character(sign, mark.line + 1, mark.column + 1 + place)
                return

    def _tell_invisible(self, text: str, trouble: yaml.MarkedYAMLError) -> bool:
        """Name an invisible character in the line that cannot be read, or the one before it; tell whether there is."""
        mark = trouble.problem_mark or trouble.context_mark
        last = mark.line if mark else 0
        for number, line in enumerate(text.split("\n")[: last + 1], 1):
            found = next((place for place, sign in enumerate(line) if sign in INVISIBLE), None)
            if found is not None and number >= last:
                self._tell_character(line[found], number, found + 1)
                return True
        return False

    def _tell_character(self, sign: str, line: int, column: int) -> None:
        vi, en = INVISIBLE[sign]
        code = f"U+{ord(sign):04X}"
        said = f"Ký tự không nhìn thấy: {vi} ({code}); hãy xóa hoặc thay bằng dấu cách"
        self.problems.append(Problem(str(self.path), line, column, said, f"an invisible character: {en} ({code})"))

    def _find_repeats(self, node: yaml.Node) -> None:
        seen: dict[str, int] = {}
        for key, _ in members(node):
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                line = seen[key.value]
                vi, en = (
                    f"“{key.value}” lặp lại, đã có ở dòng {line}",
                    f"{key.value!r} is there already, in line {line}",
                )
                self.say(key, vi, en)
            seen.setdefault(key.value, key.start_mark.line + 1)

    def _at(self, mark: Any, vi: str, en: str) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        path = str(mark.name) if mark else str(self.path)
        self.problems.append(Problem(path, line, column, vi, en))


def members(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Yield (name, value) of a mapping; nothing for anything else."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def plain(node: yaml.Node) -> Any:
    """Return a node as JSON would hold it. Only true, false, null and decimal numbers are not texts: 01 is "01"."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(each) for each in node.value]
    return _scalar(node)


def _scalar(node: Any) -> Any:
    text: str = node.value
    if node.style is not None:
        return text
    if _NULL.fullmatch(text):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 18 else text
    return float(text) if _NUMBER.fullmatch(text) else text


def written_as(value: float) -> str:
    """Return how a number is written shortest."""
    return json.dumps(value)


def _translate_trouble(trouble: yaml.MarkedYAMLError) -> tuple[str, str]:
    told = trouble.problem or trouble.context or "?"
    for part, vi, en in _SAYINGS:
        if part in told:
            return vi, en
    return f"Không phải YAML: {told}", f"not YAML: {told}"


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
