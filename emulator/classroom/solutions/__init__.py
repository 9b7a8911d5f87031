"""The solution of a lesson as a program in six languages, with the keys of whoever looks: copied, it runs.

Every program holds the same conversation: the calls of the lesson's file, tried again on a passing failure, with one
new token on 401. The helpers stand in the templates beside this file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from emulator.classroom.lessons import Lesson, SolutionCall

_HERE = Path(__file__).resolve().parent
_WORD = re.compile(r"\{\{(\w+)\}\}")


class SolutionLanguage(NamedTuple):
    """One language: its name, the template, the file a person saves it as, and how calls and values are written."""

    title: str
    template: str
    file: str
    call: Callable[[SolutionCall], str]
    values: Callable[[Mapping[str, str]], str]
    comment: str


def program_of(lesson: Lesson, language: str, base: str, values: Mapping[str, str]) -> str:
    """Return a lesson's solution as a program; ``values`` are the keys by name, of which it gets what it needs.

    Raises:
        KeyError: there is no such language.
    """
    told = LANGUAGES[language]
    texts = [text for each in lesson.solution for text in (each.path, each.body, *each.headers.values())]
    needed = {"key", "secret", *(word for text in texts for word in _WORD.findall(text))}
    kept = {name: value for name, value in values.items() if name in needed}
    calls = "\n".join(_write_call(each, told) for each in lesson.solution)
    made = _template(told.template)
    for mark, text in (("LESSON", lesson.id), ("BASE", base), ("VARS", told.values(kept)), ("CALLS", calls)):
        made = made.replace(f"@@{mark}@@", text)
    return made


def values_of(credentials: Mapping[str, Mapping[str, str]], sandbox: str, origin: str, token: str) -> dict[str, str]:
    """Return what the calls of a solution may name: the keys of a seat, its sandbox, its token."""
    own, portal, papers = credentials["production"], credentials["portal"], credentials["papers"]
    return {
        "key": own["consumer_key"],
        "secret": own["consumer_secret"],
        "portal_user": portal["username"],
        "portal_password": portal["password"],
        "papers_user": papers["username"],
        "papers_password": papers["password"],
        "admin": f"{origin}/__admin/sandboxes/{sandbox}",
        "seat_token": token,
    }


@cache
def _template(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _write_call(call: SolutionCall, told: SolutionLanguage) -> str:
    note = f"{told.comment} {call.note['vi']} · {call.note['en']}\n" if call.note else ""
    return note + told.call(call)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _object(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), ensure_ascii=False)


def _python(call: SolutionCall) -> str:
    body = f"r'''{call.body}'''" if call.body else '""'
    return f"call({_quote(call.method)}, {_quote(call.path)}, {_object(call.headers)}, {body}, {_object(call.take)})"


def _node(call: SolutionCall) -> str:
    body = f"String.raw`{call.body}`" if call.body else '""'
    words = f"{_quote(call.method)}, {_quote(call.path)}, {_object(call.headers)}, {body}, {_object(call.take)}"
    return f"await call({words});"


def _php_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _php_map(values: Mapping[str, str]) -> str:
    return "[" + ", ".join(f"{_php_text(name)} => {_php_text(value)}" for name, value in values.items()) + "]"


def _php(call: SolutionCall) -> str:
    body = f"<<<'JSON'\n{call.body}\nJSON" if call.body else "''"
    head = f"call({_php_text(call.method)}, {_php_text(call.path)}, {_php_map(call.headers)}"
    return f"{head}, {body}, {_php_map(call.take)});"


def _shell_text(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _shell(call: SolutionCall) -> str:
    headers = " ".join(_shell_text(f"{name}: {value}") for name, value in call.headers.items())
    words = f"call {call.method} {_shell_text(call.path)}"
    lines = [f"{words} {_shell_text(call.body)} {headers}".rstrip()]
    lines += [f"take {name} {field}" for name, field in call.take.items()]
    return "\n".join(lines)


def _shell_values(values: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={_shell_text(value)}" for name, value in values.items())


def _java_map(values: Mapping[str, str]) -> str:
    return "Map.of(" + ", ".join(f"{_quote(name)}, {_quote(value)}" for name, value in values.items()) + ")"


def _java(call: SolutionCall) -> str:
    body = call.body.replace("\\", "\\\\").replace('"""', '\\"""')
    text = f'"""\n{body}"""' if body else '""'
    head = f"        call({_quote(call.method)}, {_quote(call.path)}, {_java_map(call.headers)}"
    return f"{head}, {text}, {_java_map(call.take)});"


_SHARP_MAP = "new Dictionary<string, string>"


def _sharp_map(values: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"[{_quote(name)}] = {_quote(value)}" for name, value in values.items()) + " }"


def _sharp(call: SolutionCall) -> str:
    body = '@"' + call.body.replace('"', '""') + '"'
    head = f"        await Call({_quote(call.method)}, {_quote(call.path)}, {_SHARP_MAP} {_sharp_map(call.headers)}"
    return f"{head}, {body}, {_SHARP_MAP} {_sharp_map(call.take)});"


LANGUAGES: Mapping[str, SolutionLanguage] = {
    "curl": SolutionLanguage("curl", "client.sh.txt", "bai.sh", _shell, _shell_values, "#"),
    "python": SolutionLanguage("Python", "client.py.txt", "bai.py", _python, _object, "#"),
    "java": SolutionLanguage("Java", "Bai.java.txt", "Bai.java", _java, _java_map, "        //"),
    "csharp": SolutionLanguage("C#", "Bai.cs.txt", "Program.cs", _sharp, _sharp_map, "        //"),
    "php": SolutionLanguage("PHP", "client.php.txt", "bai.php", _php, _php_map, "//"),
    "node": SolutionLanguage("Node", "client.mjs.txt", "bai.mjs", _node, _object, "//"),
}
