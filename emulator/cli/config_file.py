"""``ndxp-emulator.toml``: every flag of ``serve`` as a line. A flag wins over the environment, that over the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

import click

from emulator.cli.serve_checks import nearest_name
from emulator.cli.terminal import CannotStart
from emulator.settings import MEMORY, PREFIX

CONFIG_FILE = "ndxp-emulator.toml"
_FLAG_ONLY = {"config", "print_config"}
_SECRET = "admin_token"  # noqa: S105 - the name of a flag
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")
_WINDOWS_PATH = (
    r": đường dẫn Windows viết trong dấu nháy đơn, như 'C:\ndxp\kho.db'",
    r": a Windows path stands in single quotes, as 'C:\ndxp\store.db'",
)
_PLACES = {"pack", "scenario", "store", "port_file", "tls_cert", "tls_key"}


def read_config(context: click.Context, _: click.Parameter, named: Path | None) -> Path | None:
    """Let the file's values be defaults of the command's flags; without ``--config``, CONFIG_FILE of this folder's.

    Raises:
        CannotStart: the file cannot be read, is no TOML, or says what no flag takes; with file:line:column.
    """
    path = named or Path(CONFIG_FILE)
    if named is None and not path.is_file():
        return None
    text = _text_of(path)
    values = _parse(path, text)
    flags = {_word(option): option for option in context.command.params if option.name not in _FLAG_ONLY}
    found = {}
    for word, value in values.items():
        place = f"{path}:{_place(text, word)}"
        option = flags.get(word.replace("_", "-"))
        if option is None or option.name is None:
            raise CannotStart(_stranger(place, word, flags))
        found[option.name] = _value(context, option, _beside(path, option, value), place)
    context.default_map = {**(context.default_map or {}), **found}
    return path


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as trouble:
        raise CannotStart(
            f"Không đọc được {path}: {trouble.strerror}. / {path} cannot be read: {trouble.strerror}."
        ) from trouble
    except UnicodeDecodeError as trouble:
        raise CannotStart(f"{path} không phải UTF-8. / {path} is not UTF-8 (byte {trouble.start}).") from trouble


def _parse(path: Path, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        where = re.search(r"\(at line (\d+), column (\d+)\)", str(trouble))
        line, column = where.groups() if where else (text.count("\n") + 1, 1)
        reason = re.sub(r" \(at .*\)", "", str(trouble))
        vi, en = _advice(text.splitlines()[int(line) - 1 : int(line)])
        raise CannotStart(
            f"{path}:{line}:{column}: không phải TOML: {reason}{vi} / not TOML: {reason}{en}"
        ) from trouble


def _advice(lines: list[str]) -> tuple[str, str]:
    """Return what a line that is no TOML most often suffers from, in both languages; empty for anything else."""
    from emulator.country.furnish import invisible_sign

    for line in lines:
        if sign := invisible_sign(line):
            return f": {sign[0]}", f": {sign[1]}"
        if "\\" in line:
            return _WINDOWS_PATH
    return "", ""


def _place(text: str, word: str) -> str:
    """Return line:column of a key of the file."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(rf"\s*\[*\s*[\"']?({re.escape(word)})[\"']?\s*[=.\]]", line):
            return f"{number}:{found.start(1) + 1}"
    return "1:1"


def _word(option: click.Parameter) -> str:
    return (option.name or "").replace("_", "-")


def _stranger(place: str, word: str, flags: dict[str, click.Parameter]) -> str:
    vi, en = nearest_name(word.replace("_", "-"), flags, 0.5)
    return f"{place}: không có mục {word}.{vi} / there is no {word}.{en}"


def _beside(path: Path, option: click.Parameter, value: Any) -> Any:
    """Return a value whose relative paths begin at the file's folder, whatever folder the command runs in."""
    if option.name not in _PLACES:
        return value
    if isinstance(value, list):
        return [_beside(path, option, each) for each in value]
    if not isinstance(value, str) or not _is_path(option, value) or PureWindowsPath(value).is_absolute():
        return value
    return str(path.parent / Path(value).expanduser())


def _is_path(option: click.Parameter, value: str) -> bool:
    """Tell a path from a name in the box, ``:memory:`` and the URL of a database."""
    if isinstance(option.type, click.Path):
        return True
    if option.name == "store":
        return value != MEMORY and "://" not in value
    return value.startswith((".", "~")) or "/" in value or "\\" in value or value.endswith((".yaml", ".yml"))


def _value(context: click.Context, option: click.Parameter, value: Any, place: str) -> Any:
    """Return the value when the flag takes it. Raises CannotStart."""
    if isinstance(value, str) and option.name in _PLACES and not value.isprintable():
        vi, en = _WINDOWS_PATH
        raise CannotStart(f"{place}: {_word(option)}: {value!r}{vi} / {value!r}{en}")
    has_form, vi, en = _form_of(option)
    if not has_form(value):
        raise CannotStart(f"{place}: {_word(option)} phải là {vi}. / {_word(option)} must be {en}.")
    try:
        option.type_cast_value(context, value)
    except click.BadParameter as trouble:
        raise CannotStart(f"{place}: {_word(option)}: {trouble.message}") from trouble
    return value


def _form_of(option: click.Parameter) -> tuple[Callable[[Any], bool], str, str]:
    """Return what tells a value of the form a flag takes, and what that form is called."""
    if isinstance(option, click.Option) and option.multiple:
        return _is_list_of_texts, 'danh sách chữ, như ["…"]', 'a list of texts, as ["…"]'
    if isinstance(option, click.Option) and option.is_flag:
        return lambda value: isinstance(value, bool), "true hoặc false", "true or false"
    if isinstance(option.type, click.IntRange):
        return lambda value: isinstance(value, int) and not isinstance(value, bool), "số nguyên", "a whole number"
    return lambda value: isinstance(value, str), "chữ trong dấu nháy", "a text in quotes"


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def config_lines(context: click.Context) -> Iterator[str]:
    """Yield the lines of a file that says what is in force, each with where it comes from; a token is never printed."""
    yield "# ndxp-emulator serve: cờ > môi trường > tệp > mặc định / flag > environment > file > default"
    yield f"# tệp / file: {context.params.get('config') or '-'}"
    for option in context.command.params:
        if option.name in _FLAG_ONLY or option.name is None or option.name == "help":
            continue
        value = context.params.get(option.name)
        yield f"{_line(option, value)}  # {_origin(context, option)}"


def _line(option: click.Parameter, value: Any) -> str:
    word = _word(option)
    shown = "…" if option.name == _SECRET else _PASSWORD.sub("://…@", str(value))
    if value is not None and "…" in shown:
        return f"# {word} = {json.dumps(shown, ensure_ascii=False)}"
    if value is None:
        return f"# {word} ="
    if isinstance(value, tuple):
        value = [str(each) for each in value]
    return f"{word} = {json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)}"


def _origin(context: click.Context, option: click.Parameter) -> str:
    source = context.get_parameter_source(option.name or "")
    names = {"COMMANDLINE": f"--{_word(option)}", "ENVIRONMENT": "", "DEFAULT_MAP": f"{context.params.get('config')}"}
    known = names.get(source.name if source else "", "mặc định / default")
    return known or f"{PREFIX}{(option.name or '').upper()}"
