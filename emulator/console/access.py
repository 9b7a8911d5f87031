"""Who may see the pages: whoever may use the admin API. A browser keeps the token in a cookie that no script reads."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from emulator.admin.guard import AdminIdentity, identify
from emulator.admin.problems import Trouble
from emulator.admin.request import AdminContext

COOKIE = "ndxp_console"
_SAFE = ("GET", "HEAD")


def admit_person(incoming: Request, context: AdminContext) -> AdminIdentity:
    """Let a person in and say who they are.

    Raises:
        Trouble: the cookie's token is missing or wrong, the host is not this machine's, or another site sent the form.
    """
    headers = Headers(incoming.headers)
    kept = incoming.cookies.get(COOKIE)
    if kept:
        headers["X-Admin-Token"] = kept
    caller = identify(dict(headers), incoming.scheme, incoming.host, context.admin_token, context.tenants)
    if incoming.method not in _SAFE:
        refuse_foreign_form(incoming)
    return caller


def refuse_foreign_form(incoming: Request) -> None:
    """Refuse a form that another site's page sent. Raises Trouble."""
    origin = incoming.headers.get("Origin")
    site = incoming.headers.get("Sec-Fetch-Site", "same-origin")
    if (origin not in (None, f"{incoming.scheme}://{incoming.host}")) or site not in ("same-origin", "none"):
        raise Trouble("foreign-origin", origin=origin or site)


def keep_token(response: Response, token: str, *, is_secure: bool) -> None:
    """Keep a token that was right in the browser until it is closed."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=is_secure, path="/__console")


def forget_token(response: Response) -> None:
    """Log the browser out."""
    response.delete_cookie(COOKIE, path="/__console")


def page_after_login(first: str, wished: str) -> str:
    """Return where a login leads, below ``/__console``: the page wished for if the token shows it, else ``first``."""
    target = urlsplit(wished)
    is_ours = not target.scheme and not target.netloc and target.path.startswith("/") and "\\" not in wished
    is_shown = first == "/" or target.path.split("/")[:3] == first.split("/")[:3]
    return wished if is_ours and is_shown else first


def first_page(token: str, context: AdminContext, incoming: Request) -> str | None:
    """Return the page that a token opens first, below ``/__console``; None when it opens none.

    A seat's is what its person has to do now; a trainer's is the board of the newest class.
    """
    try:
        shown = {"X-Admin-Token": token}
        caller = identify(shown, incoming.scheme, incoming.host, context.admin_token, context.tenants)
    except Trouble:
        return None
    if caller.role == "admin":
        return "/"
    classes = [each.name for each in context.classes.every() if caller.owner and each.owner == caller.owner]
    if classes:
        return f"/classes/{classes[-1]}"
    sandbox = next((each for each in context.sandboxes.every() if caller.may_see(each)), None)
    if sandbox is None:
        return "/classes" if caller.owner else None
    is_seat = caller.sandbox is not None and context.classes.seat_of(sandbox) is not None
    return f"/s/{sandbox.id}/class" if is_seat else "/" if sandbox.id == "default" else f"/s/{sandbox.id}/"
