"""Classes: a sandbox for each person in a room, opened and closed together.

The administrator may do all; the holder of an owner's token may open classes of that owner, sees those, and no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.admin import sandboxes, scenarios
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.classroom.classes import BadLesson, ClassExists, Classroom, NewClass, NoClass, NoLesson, Seat, own_owner
from emulator.classroom.roster import tidy_name, trouble_of_name
from emulator.country.access import OverQuota, typed_groups
from emulator.country.sandbox import NoSandbox, SandboxExists
from emulator.kernel.clock import iso

ROUTES = RouteTable("lớp học / class")
_EXAMPLE = {"name": "lop-vi-du", "people": ["Nguyễn Văn Không Có Thật"]}


@ROUTES.add("GET", "/classes", "Các lớp", "All classes", RouteDoc("Classes"))
def list_classes(request: AdminRequest) -> AdminReply:
    """List the classes that the caller may see, the oldest first."""
    every = [_card(request, each) for each in request.context.classes.every() if _is_theirs(request, each)]
    return AdminReply({"classes": every, "meta": {"total": len(every)}})


@ROUTES.add(
    "POST",
    "/classes",
    "Mở một lớp",
    "Open a class",
    RouteDoc(
        "ClassWithKeys",
        "ClassWish",
        _EXAMPLE,
        noes=("class-exists", "sandbox-exists", "over-quota"),
        status=("201",),
        last=-8,
    ),
)
def open_class(request: AdminRequest) -> AdminReply:
    """Open a class: a sandbox a seat, with keys and a token that nobody can guess. They are shown here and no more.

    ``token`` opens the board and every seat; an owner who opens a class for itself has such a token already. All seats
    are made, or none.
    """
    wish = _wish(request)
    try:
        classroom, seats = request.context.classes.open(wish)
    except ClassExists:
        raise Trouble("class-exists", name=wish.name) from None
    except SandboxExists as there:
        raise Trouble("sandbox-exists", name=there) from None
    except OverQuota as over:
        raise Trouble("over-quota", what=over.what, most=over.most) from None
    for seat, _ in seats:
        if seat.sandbox is not None:
            scenarios.play(request.context, seat.sandbox)
    request.context.progress.of_class(classroom)  # everybody is at the first step, and what it wants is armed
    own = {"token": request.context.tenants.issue_owner_token(wish.owner)} if not request.caller.owner else {}
    rows = [_seat_card(request, seat) | _keys(request, seat, token) for seat, token in seats]
    return AdminReply({**_card(request, classroom), **own, "seats": rows}, 201)


def _wish(request: AdminRequest) -> NewClass:
    from emulator.admin import class_schemas, schemas

    content = schemas.load(class_schemas.ClassWish(), request.content())
    owner = content.get("owner") or request.caller.owner or own_owner(content["name"])
    if request.caller.owner not in ("", owner):
        raise Trouble("admin-only")
    sandboxes.check_pack(request, content)
    check_lessons(request, content.get("lessons", ()))
    made_of: dict[str, Any] = {name: content[name] for name in ("pack", "mode") if name in content}
    return NewClass(
        content["name"],
        _people(content),
        owner,
        tidy_name(content.get("title", "")),
        content.get("lessons", ()),
        content.get("ttl_s"),
        made_of,
    )


def check_lessons(request: AdminRequest, names: Sequence[str]) -> None:
    """Look whether all lessons are there, and right. Raises Trouble."""
    for at, name in enumerate(names):
        try:
            request.context.progress.shelf.get(name)
        except NoLesson as no:
            vi, en = f"không có bài này{no.vi}", f"there is no such lesson{no.en}"
            raise invalid([InputFault(f"/lessons/{at}", vi, en)]) from None
        except BadLesson as bad:
            vi, en = f"tệp của bài sai: {bad.problems[0]}", f"the lesson's file is wrong: {bad.problems[0]}"
            raise invalid([InputFault(f"/lessons/{at}", vi, en)]) from None


def _people(content: Mapping[str, Any]) -> list[str]:
    """Return the names of the seats; a seat without a person is called by its number."""
    if "people" not in content:
        return [f"{number:02d}" for number in range(1, content["seats"] + 1)]
    names = [tidy_name(each) for each in content["people"]]
    faults = [
        InputFault(f"/people/{at}", *trouble) for at, name in enumerate(names) if (trouble := trouble_of_name(name))
    ]
    if faults:
        raise invalid(faults)
    return names


@ROUTES.add("GET", "/classes/{class}", "Một lớp", "One class", RouteDoc("ClassWithSeats", noes=("no-such-class",)))
def show_class(request: AdminRequest) -> AdminReply:
    """Return a class with its seats, without keys and tokens."""
    classroom = find_class(request)
    seats = [_seat_card(request, seat) for seat in request.context.classes.seats(classroom.name)]
    return AdminReply({**_card(request, classroom), "seats": seats})


@ROUTES.add(
    "GET",
    "/classes/{class}/report",
    "Kết quả của lớp",
    "What came of a class",
    RouteDoc("ClassReport", noes=("no-such-class",)),
)
def report_class(request: AdminRequest) -> AdminReply:
    """Return what each person did, from the journals as they are now; closing the class ends them."""
    classroom = find_class(request)
    from emulator.classroom.report import report_of_class

    context, progress = request.context, request.context.progress
    seats = [each.seat for each in progress.of_class(classroom)]
    return AdminReply(report_of_class(classroom, seats, progress.lessons_of(classroom), context.journal))


@ROUTES.add(
    "DELETE",
    "/classes/{class}",
    "Đóng một lớp",
    "Close a class",
    RouteDoc("ClosedClass", noes=("no-such-class",), last=6),
)
def close_class(request: AdminRequest) -> AdminReply:
    """Remove a class with its sandboxes, its tokens and the names of its people. Fetch the report before."""
    gone = request.context.classes.close(find_class(request).name)
    request.context.sweeper.wake()
    return AdminReply({"sandboxes": gone})


@ROUTES.add(
    "POST",
    "/classes/{class}/seats/{seat}/token",
    "Cấp mã mới cho một chỗ",
    "Make a new token for a seat",
    RouteDoc("SeatWithKeys", status=("201",), noes=("no-such-class", "no-such-seat")),
)
def renew_seat(request: AdminRequest) -> AdminReply:
    """Make a new token for a seat whose sheet was lost or seen by others; the one before opens nothing any more."""
    seat = find_seat(request)
    token = request.context.classes.renew_token(seat)
    return AdminReply(_seat_card(request, seat) | _keys(request, seat, token), 201)


def find_class(request: AdminRequest) -> Classroom:
    """Return the class that a path names.

    Raises:
        Trouble: there is none of that name for this caller.
    """
    name = request.named["class"]
    try:
        found = request.context.classes.get(name)
    except NoClass:
        raise Trouble("no-such-class", name=name) from None
    if not _is_theirs(request, found):
        raise Trouble("no-such-class", name=name)
    return found


def find_seat(request: AdminRequest) -> Seat:
    """Return the seat that a path names, with its sandbox. Raises Trouble."""
    classroom, wanted = find_class(request), request.named["seat"]
    seats = request.context.classes.seats(classroom.name)
    found = next((each for each in seats if str(each.number) == wanted.lstrip("0")), None)
    if found is None or found.sandbox is None:
        raise Trouble("no-such-seat", name=classroom.name, seat=wanted)
    return found


def _is_theirs(request: AdminRequest, classroom: Classroom) -> bool:
    return request.caller.role == "admin" or request.caller.owner == classroom.owner


def _card(request: AdminRequest, classroom: Classroom) -> dict[str, Any]:
    return {
        "name": classroom.name,
        "title": classroom.title,
        "owner": classroom.owner,
        "opened": iso(classroom.made_ms),
        "lessons": [each.id for each in request.context.progress.lessons_of(classroom)],
        "board": f"{request.base}/__console/classes/{classroom.name}",
    }


def _seat_card(request: AdminRequest, seat: Seat) -> dict[str, Any]:
    return {
        "number": seat.number,
        "person": seat.person,
        "sandbox": seat.sandbox_id if seat.sandbox else None,
        "base_url": f"{request.base}/s/{seat.sandbox_id}",
        "page": f"{request.base}/__console/s/{seat.sandbox_id}/class",
    }


def _keys(request: AdminRequest, seat: Seat, token: str) -> dict[str, Any]:
    if seat.sandbox is None:
        raise NoSandbox(seat.sandbox_id)
    credentials = request.context.sandboxes.credentials_shown(seat.sandbox)
    return {"token": token, "code": typed_groups(token), "credentials": credentials}
