"""Where a link to a file leads: whose host it is on, which agency of V.1 keeps it, and what the file is called.

KDL V.3 puts a download together from the holder that a paper prints (``CoQuanChuQuan``), whose ``dstcode`` stands in
V.1, and the host of the link. So the holder is the agency on whose host the file lies, as V.1 lists it: the rule of V.3
then always leads to the file.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from emulator.country.axis import Axis
from emulator.country.axis_records import HOSTED_FILES, Host
from emulator.country.world import World
from emulator.services.portal.pack import Portal
from emulator.wire.agency_codes import full_form, is_within, root_of
from emulator.wire.axis import HOST_PLACEHOLDER

_FORWARD = "/RestService/forward"


class Link(NamedTuple):
    """A link taken apart: the origin its file lies on, and the decoded path there. An origin of "" is no link."""

    scheme: str
    host: str
    path: str
    query: str = ""


def read_link(text: str) -> Link:
    """Read a link of either case of KDL V.3: the agency's own, or one through an adapter."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return Link("", "", "")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return Link("", "", "")
    path = unquote(parts.path)
    if _FORWARD not in path:
        return Link(parts.scheme, parts.netloc.lower(), path, parts.query)
    origin = urlsplit(parse_qs(parts.query).get("providerurl", [""])[0])
    return Link(origin.scheme, origin.netloc.lower(), path.partition(_FORWARD)[2])


def host_of(text: str, world: World) -> Host | None:
    """Return the host of the axis a link leads to; None when nobody has it, or the text is no link."""
    link, axis = read_link(text), Axis(world)
    bare = link.host.rpartition(":")[0]
    return axis.hosts.get(link.host) or (axis.hosts.get(bare) if bare else None)


def holder_of(text: str, unit_code: str, world: World) -> str:
    """Return the code in V.1 of the agency that keeps a file, in its full form.

    Without a host on the axis it is the nearest agency above the unit that V.1 lists, else the unit's first level.
    """
    listed = Portal(world).security_servers()
    host = host_of(text, world)
    found = next((each.code for each in listed if host and each.security_server == host.subsystem), "")
    if found:
        return found
    above = [each.code for each in listed if is_within(unit_code, each.code)]
    return max(above, key=len, default="") or full_form(root_of(unit_code) or unit_code)


def link_trouble(text: str, world: World) -> tuple[str, str, str] | None:
    """Return why nobody could download a result by its link (KDL V.3): rule, Vietnamese, English; None when one can."""
    if HOST_PLACEHOLDER in text:
        text = text.replace(HOST_PLACEHOLDER, "ip-ss")
    if not read_link(text).host:
        vi = f'đường dẫn "{text}" không phải địa chỉ http(s) có tên máy chủ: bước tải tệp (KDL V.3) không ghép được'
        return "result-link", vi, f'"{text}" is no http(s) link with a host: KDL V.3 cannot put a download together'
    if host_of(text, world) is None:
        vi = f"máy chủ '{read_link(text).host}' không có sau máy chủ bảo mật nào: cơ quan khác không tải được"
        return "result-host", vi, f"host '{read_link(text).host}' stands behind no security server: nobody can download"
    return None


def file_name_of(text: str, title: str, world: World) -> str:
    """Return what a file is called: the host's own name of it, else the end of the link, else the paper's title."""
    link = read_link(text)
    hosted = world.shelf(HOSTED_FILES).get(link.host + link.path)
    end = link.path.rpartition("/")[2].strip()
    if hosted:
        return hosted.name
    return end if "." in end.strip(".") else f"{title or end}.pdf"
