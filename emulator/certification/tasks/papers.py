"""Tasks about papers: a dossier is filed, and a component of it is taken from Kho DL (KDL II to V)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from emulator.certification.kit import KitWords
from emulator.certification.tasks.props import (
    Assignment,
    Expected,
    ExpectedFile,
    ExpectedPaper,
    Props,
    ProviderVisit,
    ServedFile,
)
from emulator.certification.vocabulary import Task, TaskFile
from emulator.country.axis import Axis
from emulator.country.axis_records import HOSTED_FILES, Host, HostedFile, LiveAgency, Subsystem
from emulator.kernel.clock import iso
from emulator.kernel.values import value_class
from emulator.services.portal.models import Agency, Paper, PortalDossier
from emulator.services.portal.pack import Portal

# What a scene puts into the country for Kho DL: holders, hosts, papers and files, all from the scene's own seed.

PLACEHOLDER = "http://IP-SS-BNĐP:8080/VXPAdapter/RestService/forward"
_NAMES = ("Giấy chứng nhận", "Quyết định số 7", "Bản sao có chứng thực", "Phiếu xác nhận", "Bản điện tử")


@value_class
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
        code = _new_code(props)
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


def _new_code(props: Props) -> str:
    """Return the code of an agency that no list has, nor had in a scene before."""
    listed = {each.code for each in Portal(props.world).security_servers()}
    codes = [f"000.00.00.H{70 + (props.no + shift) % 30:02d}" for shift in range(30)]
    return next(code for code in codes if code not in listed)


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


def paper_for_judge(kept: Paper, it: Holder) -> ExpectedPaper:
    """Return what the judge must know of a paper: never shown to the client."""
    files: list[ExpectedFile] = []
    for file in kept.files:
        path = file["link"].partition("/download/")[2].partition("?")[0]
        own = "&".join(pair for pair in file["link"].partition("?")[2].split("&") if pair.startswith(("loai=", "ma=")))
        files.append(
            {
                "name": file["name"],
                "link": file["link"],
                "path": f"/download/{path}",
                "own_query": own,
                "encoded": quote(path, safe="/"),
            }
        )
    return {
        "number": kept.reference_number,
        "result": kept.result_code,
        "files": files,
        "dstcode": it.dstcode,
        "origin": f"https://{it.host}",
    }


def _tag(props: Props, purpose: str) -> str:
    return f"{props.luck(purpose).getrandbits(32):08x}"


def _pdf(tag: str) -> str:
    """Return a small PDF that nobody has seen before."""
    return (
        f"%PDF-1.4\n% {tag}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


_DAY_MS = 86_400_000
_HANDLED = 4
DEEDS = "1.012753"
"""The procedure whose component one person may have several of (KDL V.2 row 2.2)."""
_OTHERS = ("1.003709", "1.001193")
_SHAPES = ("wrapped", "letters", "asks", "double")


def file_with_papers(given: KitWords, props: Props) -> Assignment:
    """A dossier is filed; its component is a paper of another agency that lies in Kho DL.

    ``papers`` how many of one code the citizen has (1; 0: none); ``holder`` as of ``holder``; ``wrapped``,
    ``letters``, ``asks``, ``double`` as of ``paper``; ``decoy``: there is a paper of another code with the same
    number; ``deed``: a land-use certificate, of which the citizen states the number; ``at_counter``: an officer takes
    the dossier; ``local_code``: the procedure is known under the code with the agency's suffix; ``notice``: the portal
    has given notice that the list of security servers changed.
    """
    row, component = _component(given, props)
    it, owner = holder(str(given.get("holder", "listed")), props), props.person(1)
    chosen, others = _papers(component, it, owner.citizen_id, given, props)
    task = _dossier(row, given, props)
    stated = chosen.reference_number if chosen and given.get("deed") else ""
    task["components"] = [{"name": component["TENGIAYTO"], "stated_number": stated}]
    number = chosen.reference_number if chosen else None
    task["citizen_chooses"] = [{"component": component["TENGIAYTO"], "number": number}]
    task["notices"] = ["security-servers-changed"] if given.get("notice") else []
    expected: Expected = {
        "ask": _expected_question(row, task),
        "code": component["MA_KQ_THAYTHE"],
        "component": component["MAGIAYTO"],
        "stated_number": stated,
        "allowed": sorted(Portal(props.world).base.procedures[row["MATTHC"]].result_codes),
        "chosen": paper_for_judge(chosen, it) if chosen else None,
        "others": [paper_for_judge(each, it) for each in others],
    }
    return Assignment(task, expected)


def _component(given: KitWords, props: Props) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    luck = props.luck("component")
    code = DEEDS if given.get("deed") else luck.choice(_OTHERS)
    row = Portal(props.world).base.procedures[code].row
    papers = [paper for case in row["THANHPHANHOSO"] for paper in case["GIAYTO"] if paper["MA_KQ_THAYTHE"]]
    return row, luck.choice(papers)


def _papers(
    component: Mapping[str, str], it: Holder, owner: str, given: KitWords, props: Props
) -> tuple[Paper | None, list[Paper]]:
    """Return the paper the citizen wants, which is never the first of several, and the others."""
    luck, count = props.luck("papers"), int(given.get("papers", 1))
    shape = {name: bool(given.get(name)) for name in _SHAPES}
    numbers = [f"{luck.randrange(1000, 9999)}/{props.no}{at}-GT" for at in range(count)]
    code, title = component["MA_KQ_THAYTHE"], component["TENGIAYTO"]
    kept = [paper(at, number, code, title, it, owner, props, **shape) for at, number in enumerate(numbers, 1)]
    if not kept:
        return None, []
    chosen = kept[luck.randrange(1, count)] if count > 1 else kept[0]
    others = [each for each in kept if each is not chosen]
    if given.get("decoy"):
        decoys = [each for each in ("KQ.G18.000021", "KQ.G07.000290") if each != code]
        others.append(paper(0, chosen.reference_number, luck.choice(decoys), title, it, owner, props, **shape))
    return chosen, others


def _dossier(row: Mapping[str, Any], given: KitWords, props: Props) -> Task:
    it, received = props.person(1), props.world.now_ms // 1000 * 1000
    at_counter = bool(given.get("at_counter"))
    code = f"{row['MATTHC']}.000.00.00.{props.plan.agency}" if given.get("local_code") else row["MATTHC"]
    made: Task = {
        "do": "file-with-papers",
        "dossier_code": props.dossier_code(1),
        "procedure": {"code": code, "name": row["TENTTHC"]},
        "channel": "in-person" if at_counter else "online",
        "applicant": {
            "full_name": it.name,
            "citizen_id": it.citizen_id,
            "phone": it.phone,
            "email": it.mail,
        },
        "summary": f"Đề nghị giải quyết: {row['TENTTHC']}"[:200],
        "unit": props.place(1)["unit"],
        "submitted_at": iso(received),
        "received_at": iso(received),
        "due_at": iso(received + 10 * _DAY_MS),
        "files": [{"name": "to-khai.pdf", "url": f"https://motcua.hanoi.gov.vn/tep/{props.no}/to-khai.pdf"}],
    }
    if at_counter:
        officer = props.person(2)
        made["officer"] = {"full_name": officer.name, "citizen_id": officer.citizen_id}
    return made


def _expected_question(row: Mapping[str, Any], task: Task) -> dict[str, str]:
    """Return what a papers call about this dossier must say (KDL V.2); the names are those of the wire."""
    asked = {
        "MaThuTuc": str(row["MATTHC"]),
        "SoDinhDanhChuSoHuu": task["applicant"]["citizen_id"],
        "KenhThucHien": "1" if "officer" in task else "2",
    }
    if "officer" in task:
        asked["SoDinhDanhNguoiYeuCau"] = task["officer"]["citizen_id"]
        asked["HoTenNguoiYeuCau"] = task["officer"]["full_name"]
    return asked


def finish_with_result(given: KitWords, props: Props) -> Assignment:
    """A dossier the portal knows is finished and its result issued; send both (KDL II.1, III.1, III.2).

    ``at_counter``: it was filed in person.
    """
    luck = props.luck("procedure")
    row = Portal(props.world).base.procedures[luck.choice(_OTHERS)].row
    task = _dossier(row, given, props)
    task["do"] = "finish-with-result"
    result = luck.choice(row["KETQUATHUCHIEN"])
    name = f"ket-qua-{luck.getrandbits(32):08x}.pdf"
    link = f"https://motcua.hanoi.gov.vn/ket-qua/{props.no}/{name}"
    _known_to_the_portal(task, row, props)
    task["known_to_portal"] = True
    task["finished_at"] = iso(props.world.now_ms // 1000 * 1000)
    task["results"] = [{"name": result["TENKETQUA"], "file": name, "url": link}]
    owner = {"SoDinhDanh": props.person(1).citizen_id}
    return Assignment(task, {"result": result["MAKETQUA"], "link": link, "owner": owner})


def _known_to_the_portal(task: Task, row: Mapping[str, Any], props: Props) -> None:
    """Let the portal have the dossier as one that is being handled."""
    code, owner, now = str(task["dossier_code"]), props.person(1).citizen_id, props.world.now_ms
    unit = props.plan.agency
    known = PortalDossier(code, unit, str(row["MATTHC"]), _HANDLED, owner, now, now, {}, {})
    Portal(props.world).dossiers.put_record(known)


# Tasks of the vendor's own server: it publishes files, and other agencies come for them (KDL III.1, V.3, V.4).

_KINDS = {"pdf": "application/pdf", "jpg": "image/jpeg", "docx": "application/octet-stream"}
_MAGIC = {"pdf": b"%PDF-1.4\n", "jpg": b"\xff\xd8\xff\xe0", "docx": b"PK\x03\x04"}
_FILE_NAMES = ("Quyết định số 12", "Giấy xác nhận khuyết tật", "Bản sao có chứng thực", "Phiếu hẹn trả kết quả")
_BIG = 40_000
"""So often the piece of a big file is repeated: about five million bytes."""


def serve_files(given: KitWords, props: Props) -> Assignment:
    """Publish files; afterwards other agencies fetch them over the axis.

    ``letters``: Vietnamese names; ``big``: a file of some megabytes; ``kinds``: of which types; ``visits``: what comes:
    ``each`` (every file once), ``twice`` (two agencies), ``gone`` (paths that nobody published), ``outside`` (paths
    that lead out of the published folder), ``change`` (methods that change things, then every file).
    """
    luck = props.luck("files")
    kinds = [str(kind) for kind in given.get("kinds", ("pdf", "jpg"))]
    files = [_served_file(at, kind, given, props) for at, kind in enumerate(kinds, 1)]
    callers = [_caller(at, props) for at in (1, 2)]
    _open_the_door(callers, props)
    how, path = str(given.get("visits", "each")), files[0]["path"]
    visits: list[ProviderVisit] = []
    if how == "gone":
        visits = [_visit("GET", f"{path.rpartition('/')[0]}/{luck.getrandbits(48):012x}.pdf", callers[0], "gone")]
    if how == "outside":
        visits = [_outside(level, callers[0]) for level in (2, 6)]
    if how == "change":
        visits = [_visit(method, path, callers[0], "change") for method in ("DELETE", "PUT")]
    came = callers if how == "twice" else callers[:1]
    visits += [_visit("GET", file["path"], caller, "file") for caller in came for file in files]
    dstcode = str(props.plan.provider["dstcode"])
    for visit in visits:
        visit["dstcode"] = dstcode
    return Assignment(
        {"do": "serve-files", "files": files}, {"files": [_served(file) for file in files], "visits": visits}
    )


def _served(file: TaskFile) -> ServedFile:
    return {
        "path": file["path"],
        "sha256": file["sha256"],
        "size": file["size"],
        "content_type": file["content_type"],
    }


def _served_file(at: int, kind: str, given: KitWords, props: Props) -> TaskFile:
    luck = props.luck("file", at)
    tag, times = f"{luck.getrandbits(48):012x}", _BIG if given.get("big") else 1
    name = f"{luck.choice(_FILE_NAMES)} {tag[:4]}.{kind}" if given.get("letters") else f"{tag}.{kind}"
    head, piece = _MAGIC[kind], luck.randbytes(128)
    tail = b"\n%%EOF\n" if kind == "pdf" else b""
    reckoning = hashlib.sha256(head + piece * times + tail)
    return {
        "path": f"/ket-qua/{tag}/{name}",
        "name": name,
        "content_type": _KINDS[kind],
        "content": {"head": _text(head), "piece": _text(piece), "times": times, "tail": _text(tail)},
        "sha256": "sha256:" + reckoning.hexdigest(),
        "size": len(head) + len(piece) * times + len(tail),
    }


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _caller(at: int, props: Props) -> str:
    """Put an agency that nobody has heard of on the axis, and return its subsystem."""
    luck = props.luck("caller", at)
    code = f"000.00.00.H{60 + at}"
    subsystem = Subsystem(f"VN:GOV:{code}:khaithac{luck.getrandbits(32):08x}", f"Đơn vị khai thác {at}", code)
    Axis(props.world).subsystems.put_record(subsystem)
    return subsystem.id


def _open_the_door(callers: list[str], props: Props) -> None:
    """Let the axis lead to the vendor's own server, and the callers in."""
    axis, provider = Axis(props.world), props.plan.provider
    dstcode = str(provider["dstcode"])
    if axis.subsystem(dstcode) is None:
        axis.subsystems.put_record(Subsystem(dstcode, "Hệ thống được kiểm thử", f"000.00.00.{props.plan.agency}"))
    axis.live_agencies.put_record(LiveAgency(dstcode, str(provider["url"]).rstrip("/")))
    for caller in callers:
        axis.grant(dstcode, caller)


def _visit(method: str, path: str, caller: str, about: str) -> ProviderVisit:
    return {"method": method, "path": path, "caller": caller, "about": about}


def _outside(level: int, caller: str) -> ProviderVisit:
    """Return a visit whose encoded dots lead to a file that every Unix has."""
    steps = "..%2F" * level
    visit = _visit("GET", "/ket-qua/" + "../" * level + "etc/passwd", caller, "outside")
    visit["raw"] = f"/ket-qua/{steps}etc%2Fpasswd"
    return visit
