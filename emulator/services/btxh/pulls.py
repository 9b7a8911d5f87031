"""What provinces pull from the BTXH service: lists by a window, and what their links lead to (BTXH 3.1.4 to 3.1.6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple, TypeVar

import orjson

from emulator.country.shelf import DOSSIERS, NO_LIMIT, Dossier, Origin, ProcessingStep, given_at
from emulator.country.world import World
from emulator.kernel.clock import moment_text
from emulator.kernel.exchange import Call, Reply
from emulator.services.btxh import replies
from emulator.services.btxh.bodies import read_pull
from emulator.services.btxh.models import FINAL_RESULT, PullForm
from emulator.services.btxh.operations import printing_of, reading_of
from emulator.wire.codes import status_text
from emulator.wire.reading import Reading

# What a pull finds: a window of time at a place, oldest first (BTXH 3.1.4 to 3.1.6; B57 to B59).
#
# Each service has a time of its own: dossiers are found by their receipt, results by the moment they were given, steps
# by the moment they were handled. Each is one index window. ``window_on: submitted`` or ``changed`` reads every dossier
# of the province: these two times have no index, since no documented client needs them.

_Found = TypeVar("_Found")
_Window = Callable[[str, int, int, int], list[_Found]]
_EVER = (-(2**62), 2**62)


def find_dossiers(form: PullForm, world: World) -> list[Dossier]:
    """Return the dossiers of a window, both ends included; for ``FINAL_RESULT`` only those that have a result."""
    is_final, window_on = form.record_kind == FINAL_RESULT, world.settings.window_on
    if is_final and window_on == "by-service":
        moment: Callable[[Dossier], int] = _result_given_at
        inside = _results_given(form, world)
    else:
        moment = _MOMENTS[window_on]
        has_index = _finds_by_receipt(world)
        first, last = (form.first_ms, form.last_ms) if has_index else _EVER
        inside = _at_place(world.dossiers.window, form, world, first, last, is_bare=has_index and not is_final)

    def is_wanted(dossier: Dossier) -> bool:
        has_kind = not is_final or dossier.result_fields is not None
        return has_kind and form.first_ms <= moment(dossier) <= form.last_ms and _is_there(dossier, form)

    found = [dossier for dossier in inside if is_wanted(dossier)]
    found.sort(key=lambda dossier: (moment(dossier), dossier.code))
    return found[: world.settings.pull_limit]


def _results_given(form: PullForm, world: World) -> list[Dossier]:
    places = (f"{origin}/{form.province_code}" for origin in _origins(world))
    return [each for place in places for each in world.dossiers.second_window(place, form.first_ms, form.last_ms)]


def _result_given_at(dossier: Dossier) -> int:
    return given_at(dossier) or 0


def find_steps(form: PullForm, world: World) -> list[ProcessingStep]:
    """Return the steps handled in a window, both ends included."""
    steps = _at_place(world.steps.window, form, world, form.first_ms, form.last_ms, is_bare=True)
    found = [step for step in steps if _is_there(step, form)]
    found.sort(key=lambda step: (step.handled_at, step.dossier_code, step.number))
    return found[: world.settings.pull_limit]


_MOMENTS: dict[str, Callable[[Dossier], int]] = {
    "by-service": lambda dossier: dossier.received_at,
    "received": lambda dossier: dossier.received_at,
    "submitted": lambda dossier: dossier.submitted_at,
    "changed": lambda dossier: dossier.changed_at,
}


def _at_place(
    window: _Window[_Found], form: PullForm, world: World, first: int, last: int, is_bare: bool
) -> list[_Found]:
    """Return a province's records; ``is_bare`` tells that only the place can narrow them further."""
    settings = world.settings
    is_narrowed = bool(not is_bare or form.district_code or form.commune_code)
    limit = NO_LIMIT if is_narrowed or settings.pull_limit is None else settings.pull_limit
    return [each for origin in _origins(world) for each in window(f"{origin}/{form.province_code}", first, last, limit)]


def _finds_by_receipt(world: World) -> bool:
    return world.settings.window_on in ("by-service", "received")


def _origins(world: World) -> tuple[Origin, ...]:
    return ("ministry",) if world.settings.pull_source == "ministry" else ("ministry", "local")


def _is_there(record: Dossier | ProcessingStep | _Row, form: PullForm) -> bool:
    in_district = not form.district_code or record.district_code == form.district_code
    return in_district and (not form.commune_code or record.commune_code == form.commune_code)


def list_dossiers(call: Call, world: World) -> Reply:
    """``DanhSachHoSo``: a province pulls new dossiers (BTXH 3.1.4) or final results (BTXH 3.1.5; B48)."""
    reading = reading_of(world)
    form = read_pull(call.body, call.body_size, reading, takes_kind=True)
    kind = form.record_kind or 0
    if kind == FINAL_RESULT:
        world.exchange.clause = "BTXH 3.1.5"
    printing = printing_of(world)
    if kind != FINAL_RESULT and _finds_by_receipt(world):
        return _list_reply(_print_received(form, kind, printing, world), reading, printing, world, of_steps=False)
    items = [_item(dossier, kind, printing) for dossier in find_dossiers(form, world)]
    return _list_reply(items, reading, printing, world, of_steps=False)


def list_steps(call: Call, world: World) -> Reply:
    """``TienTrinhXuLy``: a province pulls processing steps (BTXH 3.1.6)."""
    reading = reading_of(world)
    form = read_pull(call.body, call.body_size, reading, takes_kind=False)
    printing = printing_of(world)
    items = [replies.step_item(step.fields, step.status, printing) for step in find_steps(form, world)]
    return _list_reply(items, reading, printing, world, of_steps=True)


def _list_reply(
    items: Sequence[replies.Printed], reading: Reading, printing: replies.Printing, world: World, *, of_steps: bool
) -> Reply:
    world.exchange.remarks.extend(reading.notes)
    if items:
        world.exchange.remarks.extend(replies.remarks(printing.oddities, of_steps=of_steps))
    return replies.list_reply(items, printing)


def _item(dossier: Dossier, record_kind: int, printing: replies.Printing) -> replies.Item:
    fields = dossier.result_fields if record_kind == FINAL_RESULT and dossier.result_fields else dossier.fields
    result = (dossier.result_fields, given_at(dossier) or 0) if dossier.result_fields else None
    return replies.dossier_item(fields, record_kind, dossier.status, printing, result)


# New dossiers are asked for again and again, in windows that overlap: the last rows that were printed are remembered by
# the record they were printed from, which says all that a row shows.

_ROWS_REMEMBERED = 512


class _Row(NamedTuple):
    """A dossier as a list shows it, what it is sorted by, and where it is handled."""

    received_at: int
    code: str
    district_code: str
    commune_code: str
    text: bytes


def _print_received(form: PullForm, kind: int, printing: replies.Printing, world: World) -> list[orjson.Fragment]:
    """Return the rows of the dossiers that ``find_dossiers`` finds by their receipt."""
    inside = _at_place(world.dossiers.unread_window, form, world, form.first_ms, form.last_ms, is_bare=True)
    rows = [
        _print_row(each, kind, printing) if isinstance(each, Dossier) else _print_stored(each, kind, printing)
        for each in inside
    ]
    found = sorted(row for row in rows if _is_there(row, form))
    return [orjson.Fragment(row.text) for row in found[: world.settings.pull_limit]]


@lru_cache(_ROWS_REMEMBERED)
def _print_stored(record: str | bytes, kind: int, printing: replies.Printing) -> _Row:
    return _print_row(DOSSIERS.read(record), kind, printing)


def _print_row(dossier: Dossier, kind: int, printing: replies.Printing) -> _Row:
    text = orjson.dumps(_item(dossier, kind, printing))
    return _Row(dossier.received_at, dossier.code, dossier.district_code, dossier.commune_code, text)


# What the links of a dossier lead to: attached files and the public page of a dossier (BTXH 3.1.4; B38, B75).
#
# The documents print the links and nothing else about them; what the page shows is ours. It shows the state of a
# dossier and nobody's personal data, since the link needs no token.

_DETAIL = "/BTXH_ThongTinChung/GetViewDetail/"
_HTML = (("Content-Type", "text/html; charset=utf-8"),)


def answer(call: Call, world: World) -> Reply:
    """Return the file or page of a path; an HTML page with 404 for what is not there."""
    if call.path.startswith(_DETAIL):
        link = world.detail_links.get(call.path.removeprefix(_DETAIL))
        dossier = world.dossiers.get(link.dossier_code) if link else None
        return _page_of(dossier, world) if dossier else _nothing_at(call.path)
    file = world.pack.file(call.path)
    if file is None:
        return _issued_page(call.path, world)
    return Reply(200, file.read(), (("Content-Type", file.content_type),))


def _issued_page(path: str, world: World) -> Reply:
    """Return a file that the ministry has issued since the pack was made."""
    from emulator.services.btxh.life.moving import issued_file

    body = issued_file(path, world)
    return _nothing_at(path) if body is None else Reply(200, body, (("Content-Type", "application/pdf"),))


def _page_of(dossier: Dossier, world: World) -> Reply:
    rows = [
        ("Mã hồ sơ", dossier.code),
        ("Thủ tục", replies.procedure_title(dossier.fields)),
        ("Trạng thái", status_text(dossier.status)),
        ("Ngày tiếp nhận", moment_text(dossier.received_at)),
        ("Kết quả", "Đã có" if dossier.result_fields else "Chưa có"),
    ]
    history = world.steps.with_prefix(f"{dossier.code}/")
    steps = "".join(f"<li>{moment_text(step.handled_at)}: {escape(status_text(step.status))}</li>" for step in history)
    table = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return _page(200, f"Hồ sơ {dossier.code}", f"<table>{table}</table><h2>Tiến trình xử lý</h2><ol>{steps}</ol>")


def _nothing_at(path: str) -> Reply:
    return _page(404, "Không tìm thấy", f"<p>Không có tệp hoặc hồ sơ nào tại {escape(path)}.</p>")


def _page(status: int, title: str, content: str) -> Reply:
    shown = escape(title)
    page = (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{shown}</title></head>'
        f"<body><h1>{shown}</h1>{content}</body></html>"
    )
    return Reply(status, page.encode(), _HTML)
