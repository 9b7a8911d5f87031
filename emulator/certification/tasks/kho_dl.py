"""What a scene puts into the country for Kho DL: holders, hosts, papers and files, all from the scene's own seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from emulator.certification.tasks.props import Props
from emulator.country.axis import Axis
from emulator.country.axis_records import HOSTED_FILES, Host, HostedFile, Subsystem
from emulator.services.portal.models import Paper
from emulator.services.portal.pack import Portal
from emulator.services.portal.wire_catalogues import Agency

PLACEHOLDER = "http://IP-SS-BNĐP:8080/VXPAdapter/RestService/forward"
_NAMES = ("Giấy chứng nhận", "Quyết định số 7", "Bản sao có chứng thực", "Phiếu xác nhận", "Bản điện tử")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who keeps a paper: agency code, the subsystem its files lie behind, and the host of their links."""

    code: str
    dstcode: str
    host: str


def holder(kind: str, props: Props) -> Holder:
    """Return a holder with a host of its own.

    ``listed`` is one the list of security servers has; ``new`` enters the list now; ``moved`` is one whose subsystem in
    the list changes now; ``unlisted`` is in no list.
    """
    axis, luck, tag = Axis(props.world), props.luck("holder"), _tag(props, "host")
    if kind in ("new", "unlisted"):
        code = f"000.00.00.H{70 + props.no % 30:02d}"
        dstcode = f"VN:GOV:{code}:luutru{tag}"
    else:
        code, dstcode = luck.choice(_known_agencies(props))
        dstcode = dstcode if kind == "listed" else f"VN:GOV:{code}:luutru{tag}"
    if kind != "listed":
        axis.subsystems.put_record(Subsystem(dstcode, f"Đơn vị {tag}", code))
        axis.grant(dstcode, props.world.settings.own_subsystem)
    if kind in ("new", "moved"):
        Portal(props.world).listed.put_record(Agency(code, f"Đơn vị {tag}", "2", dstcode))
    host = f"luutru-{tag}.example.vn"
    axis.hosts.put_record(Host(host, dstcode, "files"))
    return Holder(code, dstcode, host)


def _known_agencies(props: Props) -> list[tuple[str, str]]:
    """Return agency and dstcode of the pack's provinces that are listed and let the vendor's own subsystem in."""
    axis, own, old = Axis(props.world), props.world.settings.own_subsystem, Portal(props.world).base.agencies
    found = []
    for agency in Portal(props.world).security_servers():
        is_province = agency.code in old and agency.code.startswith("000.00.00.H")
        is_province = is_province and props.plan.agency not in agency.code
        if is_province and axis.may_call(own, agency.security_server):
            found.append((agency.code, agency.security_server))
    return sorted(found)


def paper(at: int, number: str, code: str, title: str, it: Holder, owner: str, props: Props, **words: bool) -> Paper:
    """Put one paper and its files into the country.

    ``wrapped`` links are those of KDL V.3 case 2; ``letters``: Vietnamese letters and spaces in the path; ``asks``: the
    link has a query of its own; ``double``: two files.
    """
    files = [_file(at, page, it, props, words) for page in range(1, 3 if words.get("double") else 2)]
    key = f"{owner}/{code}/{props.no:04d}-{at}"
    kept = Paper(key, owner, code, title, number, it.code, files, props.world.now_ms + at)
    Portal(props.world).papers.put_record(kept)
    return kept


def _file(at: int, page: int, it: Holder, props: Props, words: dict[str, bool]) -> dict[str, str]:
    luck = props.luck("file", at, page)
    tag = f"{luck.getrandbits(48):012x}"
    name = f"{luck.choice(_NAMES)} {tag[:4]}.pdf" if words.get("letters") else f"{tag}.pdf"
    path = f"/download/{tag}/{name}"
    hosted = HostedFile(it.host, path, name, "application/pdf", "", text=_pdf(tag))
    props.world.shelf(HOSTED_FILES).put_record(hosted)
    return {"name": name, "link": _link(path, tag, it, words)}


def _link(path: str, tag: str, it: Holder, words: dict[str, bool]) -> str:
    """Return a link as agencies write it: with letters as they are, which a client has to encode once."""
    own = f"loai=kq&ma={tag[:6]}" if words.get("asks") else ""
    if not words.get("wrapped"):
        return f"https://{it.host}{path}" + (f"?{own}" if own else "")
    address = f"dstcode={it.dstcode}&providerurl=https://{it.host}"
    return f"{PLACEHOLDER}{path}?{own}&{address}" if own else f"{PLACEHOLDER}{path}?{address}"


def paper_for_judge(kept: Paper, it: Holder) -> dict[str, Any]:
    """Return what the judge must know of a paper: never shown to the client."""
    files = []
    for file in kept.files:
        path = file["link"].partition("/download/")[2].partition("?")[0]
        own = "&".join(pair for pair in file["link"].partition("?")[2].split("&") if pair.startswith(("loai=", "ma=")))
        files.append({**file, "path": f"/download/{path}", "own_query": own, "encoded": quote(path, safe="/")})
    base: dict[str, Any] = {"number": kept.reference_number, "result": kept.result_code, "files": files}
    return base | {"dstcode": it.dstcode, "origin": f"https://{it.host}"}


def _tag(props: Props, purpose: str) -> str:
    return f"{props.luck(purpose).getrandbits(32):08x}"


def _pdf(tag: str) -> str:
    """Return a small PDF that nobody has seen before."""
    return (
        f"%PDF-1.4\n% {tag}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
