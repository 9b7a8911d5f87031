"""Calls into an agency: another province's download, and the portal's own calls.

Sources: src:portal-services, src:portal-callbacks.

Of the portal's bodies only the names and the shape ``{service, isUpdating, data}`` are known; what stands in ``data``
is ours, and a rehearsal may send another body.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from emulator.kernel.exchange import Headers, Remark

DOWNLOADS = ("download", "downloadfile")
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


def findings(kind: str, status: int, headers: Headers, body: bytes) -> list[Remark]:
    """Return what is to be said about an agency's reply; ``body`` may be its beginning alone."""
    by_name = {name.lower(): value for name, value in headers}
    fault = by_name.get("x-road-error")
    if fault:
        return [_error("axis-fault", f"Chưa tới được hệ thống: {fault}", f"The system was not reached: {fault}")]
    found = []
    if status != 200:
        vi = f"Mã HTTP {status}; lỗi nghiệp vụ cũng phải trả 200, vì bên gọi bỏ thân khi mã từ 400"
        found.append(_error("status", vi, f"HTTP {status}; callers drop the body from 400 on, so answer 200"))
    if kind in DOWNLOADS:
        return found + _of_file(by_name.get("content-type", ""), body)
    return found + _of_envelope(body)


def _of_file(content_type: str, body: bytes) -> list[Remark]:
    if not body:
        return [_error("empty-file", "Tệp có 0 byte", "The file has 0 bytes")]
    if body.lstrip()[:1] == b"<":
        return [_error("page-instead-of-file", "Trả về trang HTML thay vì tệp", "A page came instead of a file")]
    magic = _MAGIC.get(content_type.partition(";")[0].strip().lower())
    if magic and not body.startswith(magic):
        vi = f"Nội dung không phải {content_type}"
        return [_error("content-type", vi, f"The bytes are not {content_type}")]
    if not content_type:
        return [Remark("content-type", "note", "content-type", "Thiếu Content-Type", "Content-Type is absent")]
    return []


def _of_envelope(body: bytes) -> list[Remark]:
    try:
        content = json.loads(body)
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
