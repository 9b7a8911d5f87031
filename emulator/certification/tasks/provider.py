"""Tasks of the vendor's own server: it publishes files, and other agencies come for them (KDL III.1, V.3, V.4)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from emulator.certification.tasks.props import Props
from emulator.country.axis import Axis
from emulator.country.records import LiveAgency, Subsystem

Words = Mapping[str, Any]
_KINDS = {"pdf": "application/pdf", "jpg": "image/jpeg", "docx": "application/octet-stream"}
_MAGIC = {"pdf": b"%PDF-1.4\n", "jpg": b"\xff\xd8\xff\xe0", "docx": b"PK\x03\x04"}
_NAMES = ("Quyết định số 12", "Giấy xác nhận khuyết tật", "Bản sao có chứng thực", "Phiếu hẹn trả kết quả")
_BIG = 40_000
"""So often the piece of a big file is repeated: about five million bytes."""


def serve_files(given: Words, props: Props) -> dict[str, Any]:
    """Publish files; afterwards other agencies fetch them over the axis.

    ``letters``: Vietnamese names; ``big``: a file of some megabytes; ``kinds``: of which types; ``visits``: what comes:
    ``each`` (every file once), ``twice`` (two agencies), ``gone`` (paths that nobody published), ``outside`` (paths
    that lead out of the published folder), ``change`` (methods that change things, then every file).
    """
    luck = props.luck("files")
    kinds = [str(kind) for kind in given.get("kinds", ("pdf", "jpg"))]
    files = [_file(at, kind, given, props) for at, kind in enumerate(kinds, 1)]
    callers = [_caller(at, props) for at in (1, 2)]
    _open_the_door(callers, props)
    how, path = str(given.get("visits", "each")), files[0]["path"]
    visits: list[dict[str, Any]] = []
    if how == "gone":
        visits = [_visit("GET", f"{path.rpartition('/')[0]}/{luck.getrandbits(48):012x}.pdf", callers[0], "gone")]
    if how == "outside":
        visits = [_outside(level, callers[0]) for level in (2, 6)]
    if how == "change":
        visits = [_visit(method, path, callers[0], "change") for method in ("DELETE", "PUT")]
    came = callers if how == "twice" else callers[:1]
    visits += [_visit("GET", file["path"], caller, "file") for caller in came for file in files]
    dstcode = str(props.plan.provider["dstcode"])
    told = [{name: file[name] for name in ("path", "sha256", "size", "content_type")} for file in files]
    return {
        "do": "serve-files",
        "files": files,
        "expected": {"files": told, "visits": [visit | {"dstcode": dstcode} for visit in visits]},
    }


def _file(at: int, kind: str, given: Words, props: Props) -> dict[str, Any]:
    luck = props.luck("file", at)
    tag, times = f"{luck.getrandbits(48):012x}", _BIG if given.get("big") else 1
    name = f"{luck.choice(_NAMES)} {tag[:4]}.{kind}" if given.get("letters") else f"{tag}.{kind}"
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


def _visit(method: str, path: str, caller: str, about: str) -> dict[str, Any]:
    return {"method": method, "path": path, "caller": caller, "about": about}


def _outside(level: int, caller: str) -> dict[str, Any]:
    """Return a visit whose encoded dots lead to a file that every Unix has."""
    steps = "..%2F" * level
    visit = _visit("GET", "/ket-qua/" + "../" * level + "etc/passwd", caller, "outside")
    return visit | {"raw": f"/ket-qua/{steps}etc%2Fpasswd"}
