"""Where a link to a file leads: whose host it is on, which agency of V.1 keeps it, and what the file is called.

KDL V.3 puts a download together from the holder that a paper prints (``CoQuanChuQuan``), whose ``dstcode`` stands in
V.1, and the host of the link. So the holder is the agency on whose host the file lies, as V.1 lists it: the rule of V.3
then always leads to the file.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from emulator.country.axis import Axis
from emulator.country.axis_records import HOSTED_FILES, PORTS, Host
from emulator.country.world import World
from emulator.services.portal.pack import Portal
from emulator.wire.axis import HOST_PLACEHOLDER
from emulator.wire.codes import (
    full_form,
    is_within,
    root_of,
)

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


class LinkTrouble(NamedTuple):
    """Why nobody could download a result by its link: the rule, the sentences, what is due and what was meant."""

    rule: str
    vi: str
    en: str
    expected: str = ""
    nearest: str = ""


_A_LINK = "http(s)://<host>/<path>"


def link_trouble(text: str, world: World) -> LinkTrouble | None:
    """Return why nobody could download a result by its link (KDL V.3); None when one can."""
    text = text.strip().replace(HOST_PLACEHOLDER, "ip-ss")
    link, axis = read_link(text), Axis(world)
    if not link.host:
        vi = f'đường dẫn "{text}" không phải địa chỉ http(s) có tên máy chủ: bước tải tệp (KDL V.3) không ghép được'
        en = f'"{text}" is no http(s) link with a host: KDL V.3 cannot put a download together'
        return LinkTrouble("result-link", vi, en, _A_LINK)
    if "@" in link.host or re.search(r"\s", text):
        vi = "đường dẫn có khoảng trắng chưa mã hóa hoặc tên và mật khẩu: providerurl và địa chỉ tải không ghép được"
        en = "the link has a blank that is not encoded, or a user's name: no providerurl can be made of it"
        return LinkTrouble("result-link", vi, en, _A_LINK)
    host = host_of(text, world)
    if host is None:
        vi = f"máy chủ '{link.host}' không có sau máy chủ bảo mật nào: cơ quan khác không tải được"
        en = f"host '{link.host}' stands behind no security server: nobody can download"
        return LinkTrouble("result-host", vi, en, "GET …/hosts", axis.nearest_host(link.host))
    return _pair_trouble(text, host) or _origin_trouble(link, host)


def _pair_trouble(text: str, host: Host) -> LinkTrouble | None:
    """A link of case 2 is called as it is, but for the address of the server: its pair must be right (KDL V.3)."""
    parts = urlsplit(text)
    if _FORWARD not in unquote(parts.path):
        return None
    given = parse_qs(parts.query).get("dstcode", [""])[0]
    if given == host.subsystem:
        return None
    vi = f"đường dẫn trường hợp 2 ghi dstcode '{given}', máy chủ '{host.name}' thuộc '{host.subsystem}'"
    en = f"the link of case 2 says dstcode '{given}', host '{host.name}' belongs to '{host.subsystem}'"
    return LinkTrouble("result-pair", vi, en, f"dstcode={host.subsystem}", f"dstcode={host.subsystem}")


def _origin_trouble(link: Link, host: Host) -> LinkTrouble | None:
    """The origin of a link becomes the providerurl: it must be where the host listens."""
    port = link.host.partition(":")[2]
    in_use = int(port) if port.isdecimal() else PORTS[link.scheme]
    if (link.scheme, in_use) == (host.scheme, host.port):
        return None
    vi = f"máy chủ '{host.name}' ở {host.origin}, đường dẫn ghi {link.scheme}://{link.host}"
    en = f"host '{host.name}' is at {host.origin}, the link says {link.scheme}://{link.host}"
    return LinkTrouble("result-host", vi, en, host.origin, host.origin)


def is_missing_file(text: str, world: World) -> bool:
    """Tell whether a host that the emulator plays has no file at a link: nobody could download it now."""
    host, link = (
        host_of(text.replace(HOST_PLACEHOLDER, "ip-ss"), world),
        read_link(text.replace(HOST_PLACEHOLDER, "ip-ss")),
    )
    if host is None or host.service != "files" or Axis(world).live_agencies.get(host.subsystem):
        return False
    return world.shelf(HOSTED_FILES).get(host.name + link.path) is None


def file_name_of(text: str, title: str, world: World) -> str:
    """Return what a file is called: the host's own name of it, else the end of the link, else the paper's title."""
    link = read_link(text)
    hosted = world.shelf(HOSTED_FILES).get(link.host + link.path)
    end = link.path.rpartition("/")[2].strip()
    if hosted:
        return hosted.name
    return end if "." in end.strip(".") else f"{title or end}.pdf"
