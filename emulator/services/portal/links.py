"""Where a link to a file leads: whose host it is on, which agency of V.1 keeps it, and what the file is called.

KDL V.3 puts a download together from the holder that a paper prints (``CoQuanChuQuan``), whose ``dstcode`` stands in
V.1, and the host of the link. So the holder is the agency on whose host the file lies, as V.1 lists it: the rule of V.3
then always leads to the file.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from emulator.country.axis import Axis, nearest_of
from emulator.country.axis_records import HOSTED_FILES, PORTS, Host
from emulator.country.shelf import IssuedResult
from emulator.country.world import World
from emulator.services.portal.bodies import issued_results, submitted_links
from emulator.services.portal.envelope import BAD_FIELD, NOT_IN_CATALOGUE
from emulator.services.portal.models import PortalDossier
from emulator.services.portal.pack import Portal
from emulator.services.portal.papers import is_identity_number
from emulator.services.portal.session import PortalCall
from emulator.wire.axis import HOST_PLACEHOLDER
from emulator.wire.codes import (
    FINAL_STATUSES,
    full_form,
    is_procedure_code,
    is_within,
    mended_result_code,
    root_of,
    status_text,
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


# What a pushed result must be for the steps that come after it: kept by its owner, found, and downloaded elsewhere.
#
# KDL III.1 steps 3 and 4, V.2 and V.3. No table of the push is published, so what only a later step needs is noted,
# and refused in strict.

_MOST_JUDGED = 500
"""Results of one dossier that are judged: each costs a look at the axis, and no paper has so many. Ours."""


def check_results(dossier: PortalDossier, path: str, desk: PortalCall) -> None:
    """Judge the results of a dossier, and whether there are some when there should be; the reading collects it."""
    results, links = issued_results(dossier), submitted_links(dossier)
    if len(results) > _MOST_JUDGED:
        vi = f"{path[1:]}: {len(results)} kết quả trong một hồ sơ; chỉ {_MOST_JUDGED} kết quả đầu được xét"
        en, values = (
            f"{len(results)} results in one dossier: the first {_MOST_JUDGED} are judged",
            {"found": str(len(results))},
        )
        where, due = f"{path}/DanhSachGiayToKetQua", f"≤ {_MOST_JUDGED}"
        desk.reading.note("too-many-results", where, vi, en, expected=due, **values)
    for number, result in enumerate(results[:_MOST_JUDGED]):
        _check_result(result, dossier, f"{path}/DanhSachGiayToKetQua/{number}", links, desk)
    if results and dossier.status not in FINAL_STATUSES:
        vi = f"Có kết quả khi trạng thái là {status_text(dossier.status)}; kết quả đi cùng trạng thái 9 hoặc 10"
        where, en = f"{path}/TrangThaiHoSo", "a result before status 9 or 10"
        desk.reading.note("result-before-end", where, vi, en, expected="9, 10")
    if dossier.status in FINAL_STATUSES:
        _check_end(dossier, results, path, desk)


def _check_result(
    result: IssuedResult, dossier: PortalDossier, where: str, links: frozenset[str], desk: PortalCall
) -> None:
    _check_result_code(result.result_code, where, dossier, desk)
    if result.link in links:
        vi = f"{where[1:]}: tệp đã nộp được gửi lại làm kết quả ({result.link})"
        desk.reading.note("submitted-file-as-result", where, vi, "a submitted file comes back as the result")
    _check_link(result.link, f"{where}/DuongDanTepTinKetQua", desk)
    if not result.paper_id:
        vi = f"{where[1:]}: thiếu GiayToId; đồng bộ lại thì kết quả chỉ còn nhận ra theo mã và đường dẫn"
        en = "a result without GiayToId: pushed again, it is known by code and link alone"
        desk.reading.note("result-without-id", f"{where}/GiayToId", vi, en, expected="String (≥ 1)")


def _check_link(link: str, where: str, desk: PortalCall) -> None:
    """A link must lead to the file by the rule of KDL V.3; a file that is not there yet may still come."""
    trouble = link_trouble(link, desk.world)
    if trouble:
        vi, values = f"{where[1:]}: {trouble.vi}", {"expected": trouble.expected, "nearest": trouble.nearest}
        by_mode(desk, trouble.rule, where, BAD_FIELD, vi, trouble.en, **values)
    elif is_missing_file(link, desk.world):
        vi = f"{where[1:]}: máy chủ chưa có tệp này: lúc này tải về sẽ nhận 404"
        en = "the host has no such file yet: a download would get 404 now"
        desk.reading.note("result-file", where, vi, en, expected="GET → 200")


def _check_end(dossier: PortalDossier, results: list[IssuedResult], path: str, desk: PortalCall) -> None:
    """A finished dossier has what its procedure gives, and somebody to keep it."""
    procedure = desk.portal.base.procedures.get(dossier.procedure_code)
    if not results and procedure and procedure.own_result_codes:
        codes = ", ".join(sorted(procedure.own_result_codes))
        vi = f"{path[1:]}: trạng thái {status_text(dossier.status)} mà không có kết quả; thủ tục này cấp {codes}"
        en = f"status {dossier.status} without a result; the procedure gives {codes}"
        by_mode(desk, "end-without-result", f"{path}/DanhSachGiayToKetQua", BAD_FIELD, vi, en, expected=codes)
    if results and not dossier.owner_id:
        vi = (
            f"{path[1:]}: kết quả không có chủ: DinhDanhCHS trống và MaDoiTuong không cho biết là ai; không ai lưu được"
        )
        en = "a result without an owner: nobody can keep it in Kho DL"
        expected = '[{"LoaiDinhDanh": "1", "SoDinhDanh": "…"}]'
        by_mode(desk, "result-without-owner", f"{path}/DinhDanhCHS", BAD_FIELD, vi, en, expected=expected)
    elif results and not is_identity_number(dossier.owner_id):
        vi = f"{path[1:]}: chủ hồ sơ {dossier.owner_id} không phải CCCD 12 số hay mã số thuế: tra cứu không ra"
        en = f"the owner {dossier.owner_id} is no CCCD of 12 digits and no tax code: papers are not found by it"
        where, expected = f"{path}/DinhDanhCHS/0/SoDinhDanh", "\\d{12}, \\d{10}, \\d{10}-\\d{3}"
        by_mode(desk, "result-owner-number", where, BAD_FIELD, vi, en, expected=expected)


def _check_result_code(code: str, where: str, dossier: PortalDossier, desk: PortalCall) -> None:
    path = f"{where}/MaGiayToKetQua"
    mended = mended_result_code(code)
    procedure = desk.portal.base.procedures.get(dossier.procedure_code)
    own = procedure.own_result_codes if procedure else frozenset[str]()
    if mended:
        vi = f'{path[1:]} "{code}" không đúng dạng mã kết quả; có phải {mended}?'
        desk.reading.refuse("K28", path, NOT_IN_CATALOGUE, vi, f"did you mean {mended}?", found=code, nearest=mended)
    elif is_procedure_code(code):
        vi = f'{path[1:]} "{code}" là mã thủ tục, không phải mã kết quả'
        en, codes = "a procedure code stands for a result code", ", ".join(sorted(own))
        by_mode(
            desk, "procedure-as-result", path, NOT_IN_CATALOGUE, vi, en, expected=codes, nearest=min(own, default="")
        )
    elif desk.portal.result_kind(code) is None:
        vi = f'{path[1:]} "{code}" không có trong danh mục kết quả'
        near = nearest_of(code, sorted(own)) or nearest_of(code, desk.portal.base.result_kinds)
        en, codes = "the result code is in no catalogue", ", ".join(sorted(own))
        by_mode(desk, "result-code", path, NOT_IN_CATALOGUE, vi, en, expected=codes, nearest=near)
    elif own and code not in own:
        near = next(iter(difflib.get_close_matches(code, own, 1)), min(own))
        vi = f'{path[1:]} "{code}" là kết quả của thủ tục khác; thủ tục {dossier.procedure_code} cấp {near}'
        en = f"{code} is the result of another procedure; {dossier.procedure_code} gives {near}"
        codes = ", ".join(sorted(own))
        by_mode(desk, "result-of-another-procedure", path, NOT_IN_CATALOGUE, vi, en, expected=codes, nearest=near)


# Who owns a dossier: DinhDanhCHS, else the account behind MaDoiTuong (a TechID of TraCuuTechID).


def with_owner(dossier: PortalDossier, place: int, desk: PortalCall) -> PortalDossier:
    """Return a dossier with its owner named, by its TechID when it names nobody otherwise."""
    technical_id = dossier.fields.get("MaDoiTuong", "")
    if not technical_id:
        return dossier
    people = desk.portal.base.technical_ids
    owner = next((number for number, each in people.items() if each == technical_id), "")
    path = f"/data/{place}/MaDoiTuong"
    if not owner:
        vi = f'data/{place}/MaDoiTuong "{technical_id}" không phải TechID nào của Cổng DVCQG (TraCuuTechID)'
        en, near = f"{technical_id} is nobody's TechID", "dvcqg.mapi.TraCuuTechID"
        by_mode(desk, "technical-id", path, NOT_IN_CATALOGUE, vi, en, expected="TECHNICALID", nearest=near)
    elif dossier.owner_id and dossier.owner_id != owner:
        vi = f"data/{place}/MaDoiTuong là TechID của người khác chủ hồ sơ trong DinhDanhCHS"
        en, near = "the TechID is not that of DinhDanhCHS", people.get(dossier.owner_id, "")
        by_mode(desk, "technical-id-of-another", path, BAD_FIELD, vi, en, expected=near, nearest=near)
    return replace(dossier, owner_id=dossier.owner_id or owner)


def by_mode(desk: PortalCall, rule: str, path: str, code: int, vi: str, en: str, **values: str) -> None:
    """Refuse in strict, remark elsewhere."""
    desk.reading.refuse_in_strict(rule, path, code, vi, en, **values)
