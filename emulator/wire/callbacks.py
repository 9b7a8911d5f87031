"""Calls into an agency: another province's download, and the portal's own calls.

Sources: src:portal-services, src:portal-callbacks.

Of the portal's bodies only the names and the shape ``{service, isUpdating, data}`` are known; what stands in ``data``
is ours, and a rehearsal may send another body.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from emulator.kernel.exchange import Headers, Remark
from emulator.wire.json_body import is_deep

DOWNLOADS = ("download", "downloadfile")
KINDS = (*DOWNLOADS, "search/call", "nhanhsdvcqg", "nhanchungtu", "nhantbthuedvcqg", "addtthcKhuyenMai")
"""The calls that ``callback`` knows."""
# Replies {"error_code", "message"}: 0 taken, 1 a duplicate, -1 refused.
CODES = (0, 1, -1)
_MAGIC = {"application/pdf": b"%PDF", "image/jpeg": b"\xff\xd8", "image/png": b"\x89PNG"}


class Callback(NamedTuple):
    """One call: method, path under the agency's adapter, and the body (None for a GET)."""

    method: str
    path: str
    body: dict[str, Any] | None


def callback(kind: str, name: str) -> Callback | None:
    """Return a call by its kind; ``name`` is the path or file it asks for. None for a kind that is not known."""
    texts = {"refId": name, "MaHoSo": "000.00.00.H26-261120-0001", "MaSoThue": "0100000000"}
    known = {
        "download": Callback("GET", name, None),
        "downloadfile": Callback("GET", f"/downloadfile/{name}", None),
        "search/call": Callback("POST", "/search/call", {"masohoso": texts["MaHoSo"]}),
        "nhanhsdvcqg": Callback("POST", "/nhanhsdvcqg", _body("NhanHoSo", texts | {"TepDinhKem": []})),
        "nhanchungtu": Callback("POST", "/nhanhsdvcqg", _body("NhanChungTuThueDat", texts | {"SoTien": "0"})),
        "nhantbthuedvcqg": Callback("POST", "/nhantbthuedvcqg", _body("NhanThongBaoThueDat", texts | {"SoTien": "0"})),
        "addtthcKhuyenMai": Callback(
            "POST",
            "/addtthcKhuyenMai",
            _body("ThongBaoKhuyenMai", texts | {"TepDinhKem": [{"TenTep": "thong-bao.pdf", "NoiDung": "JVBERi0="}]}),
        ),
    }
    return known.get(kind)


def _body(service: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"service": service, "isUpdating": "False", "data": data}


def findings(kind: str, method: str, status: int, headers: Headers, body: bytes) -> list[Remark]:
    """Return what is to be said about an agency's reply; ``body`` may be its beginning alone."""
    by_name = {name.lower(): value for name, value in headers}
    fault = by_name.get("x-road-error")
    if fault:
        return [_remark_on_end(fault)]
    found = []
    is_file = kind in DOWNLOADS
    if 300 <= status < 400:
        target = by_name.get("location", "")
        vi = f"Hệ thống đã nhận lời gọi và chuyển hướng ({status}) tới '{target}'; trục không đi theo, bên gọi mất tệp"
        en = f"The system was reached and redirects ({status}) to '{target}'; the axis follows none"
        return [_error("redirected", vi, en)]
    if status != 200 and not (is_file and status == 206):
        vi = f"Mã HTTP {status}; lỗi nghiệp vụ cũng phải trả 200, vì bên gọi bỏ thân khi mã từ 400"
        found.append(_error("status", vi, f"HTTP {status}; callers drop the body from 400 on, so answer 200"))
    if is_file and (method == "HEAD" or status == 206):
        return found + _of_part(method, by_name)
    if is_file:
        return found + _of_file(by_name.get("content-type", ""), by_name.get("content-encoding", ""), body)
    return found + _of_envelope(body)


def _remark_on_end(fault: str) -> Remark:
    """Say where a call ended: on the axis, or at a system that took it and gave nothing usable."""
    if fault.startswith("Server.ServerProxy.ServiceFailed"):
        vi, en = (
            f"Hệ thống đã nhận lời gọi nhưng trả lời hỏng: {fault}",
            f"The system was reached, its answer is broken: {fault}",
        )
        return _error("broken-answer", vi, en)
    return _error("axis-fault", f"Chưa tới được hệ thống: {fault}", f"The system was not reached: {fault}")


def _of_part(method: str, by_name: Mapping[str, str]) -> list[Remark]:
    """Judge the answer to HEAD or to a range by its headers: it has no beginning of the file to look at."""
    if method == "HEAD" and "content-length" not in by_name:
        vi, en = "Trả lời HEAD thiếu Content-Length", "The answer to HEAD has no Content-Length"
        return [Remark("content-length", "note", "content-length", vi, en)]
    if method != "HEAD" and "content-range" not in by_name:
        return [_error("content-range", "Trả 206 mà thiếu Content-Range", "206 without Content-Range")]
    return []


def _of_file(content_type: str, encoding: str, body: bytes) -> list[Remark]:
    if not body:
        return [_error("empty-file", "Tệp có 0 byte", "The file has 0 bytes")]
    if encoding.strip().lower() in ("gzip", "x-gzip") or (encoding and encoding.lower() != "identity"):
        plain = _unpack_beginning(body) if "gzip" in encoding.lower() else None
        vi = f"Tệp được nén {encoding} khi truyền; bên gọi lưu nguyên byte sẽ có tệp không mở được"
        said = [Remark("content-encoding", "note", "content-encoding", vi, f"The file is sent packed as {encoding}")]
        return said + (_of_bytes(content_type, plain) if plain else [])
    return _of_bytes(content_type, body)


def _unpack_beginning(body: bytes) -> bytes:
    """Return the beginning of what a packed beginning holds."""
    with suppress(zlib.error):
        return zlib.decompressobj(wbits=47).decompress(body, 65_536)
    return b""


def _of_bytes(content_type: str, body: bytes) -> list[Remark]:
    kind = content_type.partition(";")[0].strip().lower()
    if body.lstrip()[:1] == b"<":
        return [_error("page-instead-of-file", "Trả về trang HTML thay vì tệp", "A page came instead of a file")]
    magic = _MAGIC.get(kind)
    if kind in ("text/html", "application/json") or (magic and not body.startswith(magic)):
        seen = next((name for name, begin in _MAGIC.items() if body.startswith(begin)), "")
        vi = f"Content-Type là {kind}, nội dung {'là ' + seen if seen else 'không phải vậy'}"
        en = f"Content-Type is {kind}, the bytes {'are ' + seen if seen else 'are not'}"
        return [_error("content-type", vi, en)]
    if not content_type:
        return [Remark("content-type", "note", "content-type", "Thiếu Content-Type", "Content-Type is absent")]
    return []


def _of_envelope(body: bytes) -> list[Remark]:
    try:
        content = None if is_deep(body) else json.loads(body)
    except ValueError:
        return [_error("envelope", "Thân không phải JSON", "The body is not JSON")]
    if not isinstance(content, dict) or "error_code" not in content:
        return [_error("envelope", "Thiếu error_code trong {error_code, message}", "error_code is absent")]
    code, found = content["error_code"], []
    if not isinstance(code, int) or isinstance(code, bool):
        vi = f"error_code phải là số, đang là {json.dumps(code, ensure_ascii=False)}"
        found.append(
            _error("error-code", vi, f"error_code must be a number, it is {json.dumps(code, ensure_ascii=False)}")
        )
    elif code not in CODES:
        vi = f"error_code {code} không phải 0, 1 hay -1"
        found.append(Remark("error-code", "note", "/error_code", vi, f"error_code {code} is not 0, 1 or -1"))
    elif code == -1:
        found.append(Remark("refused", "note", "/error_code", "Hệ thống từ chối (-1)", "The system refused (-1)"))
    if not isinstance(content.get("message"), str):
        found.append(_error("message", "message phải là chuỗi", "message must be a string"))
    return found


def _error(rule: str, vi: str, en: str) -> Remark:
    return Remark(rule, "error", "", vi, en)
