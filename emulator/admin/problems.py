"""What the admin API says when it refuses: RFC 9457 problem documents, worded here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

TYPE = "urn:ndxp-emulator:problem:"
MEDIA_TYPE = "application/problem+json"


class Wording(NamedTuple):
    """How one kind of refusal is said; ``vi`` and ``en`` are filled in by ``str.format``."""

    status: int
    title: str
    vi: str
    en: str


class InputFault(NamedTuple):
    """One thing wrong in what was sent; ``pointer`` is a JSON pointer, or ``?name`` for a query parameter."""

    pointer: str
    vi: str
    en: str


WORDINGS: Mapping[str, Wording] = {
    "no-such-route": Wording(
        404, "No such route", "Không có đường dẫn {path}. {near_vi}", "There is no route {path}. {near_en}"
    ),
    "wrong-verb": Wording(
        405, "Wrong verb", "{path} không nhận {verb}; có: {allow}.", "{path} does not take {verb}; it takes {allow}."
    ),
    "not-json": Wording(
        400, "Not JSON", "Thân yêu cầu không phải JSON: {why}.", "The request body is not JSON: {why}."
    ),
    "not-an-object": Wording(
        422, "Not an object", "Thân yêu cầu phải là một đối tượng JSON.", "The request body must be a JSON object."
    ),
    "body-too-large": Wording(
        413,
        "Body too large",
        "Thân yêu cầu dài quá {limit} byte.",
        "The request body is longer than {limit} bytes.",
    ),
    "invalid": Wording(
        422,
        "Invalid request",
        "Yêu cầu có {count} chỗ sai: {first_vi}.",
        "The request has {count} fault(s): {first_en}.",
    ),
    "no-such-sandbox": Wording(404, "No such sandbox", "Không có sandbox '{name}'.", "There is no sandbox '{name}'."),
    "sandbox-exists": Wording(409, "Sandbox exists", "Đã có sandbox '{name}'.", "There is a sandbox '{name}' already."),
    "no-such-class": Wording(404, "No such class", "Không có lớp '{name}'.", "There is no class '{name}'."),
    "class-exists": Wording(409, "Class exists", "Đã có lớp '{name}'.", "There is a class '{name}' already."),
    "no-such-seat": Wording(
        404, "No such seat", "Lớp '{name}' không có chỗ {seat}.", "The class '{name}' has no seat {seat}."
    ),
    "no-seat": Wording(
        404, "Not a seat", "Sandbox '{name}' không là chỗ của lớp nào.", "The sandbox '{name}' is no seat of a class."
    ),
    "no-such-lesson": Wording(
        404, "No such lesson", "Lớp không có bài '{name}'{vi}.", "The class has no lesson '{name}'{en}."
    ),
    "no-such-attempt": Wording(
        404, "No such attempt", "Không có lượt kiểm thử '{name}'.", "There is no attempt '{name}'."
    ),
    "wrong-moment": Wording(409, "Not now", "{vi}.", "{en}."),
    "default-stays": Wording(
        409,
        "The default sandbox stays",
        "Không thể xóa sandbox 'default'; hãy dùng reset.",
        "The sandbox 'default' cannot be deleted; reset it instead.",
    ),
    "no-such-request": Wording(
        404,
        "No such request",
        "Nhật ký hiện tại không có lượt gọi '{name}'.",
        "The current journal holds no exchange '{name}'.",
    ),
    "journal-is-a-chain": Wording(
        409,
        "The journal is a chain",
        "{fitting} trong {held} lượt khớp mẫu; nhật ký là một chuỗi băm, chỉ có thể xóa cả: DELETE /__admin/requests.",
        "{fitting} of {held} fit; the journal is a hash chain and is forgotten whole: DELETE /__admin/requests.",
    ),
    "no-such-scenario-part": Wording(
        404,
        "No such part of a scenario",
        "Kịch bản đang chạy không có '{name}'.",
        "The playing scenario has no '{name}'.",
    ),
    "no-such-dossier": Wording(404, "No such dossier", "Không có hồ sơ '{name}'.", "There is no dossier '{name}'."),
    "no-such-result": Wording(
        404,
        "No such result",
        "Công dân {citizen} không có kết quả '{name}'.",
        "Citizen {citizen} has no result '{name}'.",
    ),
    "may-not-be-kept": Wording(
        409,
        "May not be kept",
        "Danh mục không cho lưu mã kết quả '{name}' vào Kho DL.",
        "The catalogue does not let result code '{name}' into Kho DL.",
    ),
    "no-such-unit": Wording(
        404, "No such unit", "Sandbox không có đơn vị '{name}'.", "No unit '{name}' works in the sandbox."
    ),
    "no-such-agency": Wording(
        404, "No such agency", "Danh sách SS không có cơ quan '{name}'.", "The list has no agency '{name}'."
    ),
    "no-such-support-request": Wording(
        404,
        "No such request for support",
        "Chưa ai gửi yêu cầu hỗ trợ cho mã kết quả '{name}'.",
        "Nobody asked for support of result code '{name}'.",
    ),
    "no-such-subsystem": Wording(
        404, "No such subsystem", "Trục không có '{name}'.", "There is no '{name}' on the axis."
    ),
    "no-such-host": Wording(404, "No such host", "Trục không có máy chủ '{name}'.", "The axis has no host '{name}'."),
    "no-such-effect": Wording(
        404, "No such effect", "Không có việc nào đã hẹn '{name}'.", "Nothing is scheduled as '{name}'."
    ),
    "no-such-snapshot": Wording(
        404, "No such snapshot", "Không có bản chụp '{name}'.", "There is no snapshot '{name}'."
    ),
    "snapshot-exists": Wording(
        409, "Snapshot exists", "Đã có bản chụp '{name}'.", "There is a snapshot '{name}' already."
    ),
    "too-many-snapshots": Wording(
        409,
        "Too many snapshots",
        "Sandbox đã có {most} bản chụp; hãy xóa bớt.",
        "The sandbox has {most} snapshots already; forget one.",
    ),
    "pack-exists": Wording(409, "Pack exists", "Đã có gói '{name}'.", "There is a pack '{name}' already."),
    "no-such-pack": Wording(
        404, "No such pack", "Không có gói '{name}' nào được đưa vào.", "No pack '{name}' was brought in."
    ),
    "pack-in-use": Wording(
        409,
        "Pack in use",
        "Gói '{name}' đang được dùng: {sandboxes}.",
        "The pack '{name}' is used by: {sandboxes}.",
    ),
    "not-filed": Wording(409, "Not filed", "Không nộp được hồ sơ: {vi}.", "Nothing was filed: {en}."),
    "not-verified": Wording(
        406,
        "Not verified",
        "Cần {wanted_vi}, nhật ký có {found}.",
        "Wanted {wanted_en}, the journal has {found}.",
    ),
    "store-unavailable": Wording(
        503,
        "Store unavailable",
        "Kho dữ liệu tạm thời không dùng được: {why}. Chưa có gì thay đổi.",
        "The store cannot be used now: {why}. Nothing has changed.",
    ),
    "not-ready": Wording(503, "Not ready", "Chưa sẵn sàng: {why}.", "Not ready: {why}."),
    "token-needed": Wording(
        401,
        "Admin token needed",
        "Cần mã quản trị: 'Authorization: Bearer <mã>' hoặc 'X-Admin-Token: <mã>'.",
        "The admin token is needed: 'Authorization: Bearer <token>' or 'X-Admin-Token: <token>'.",
    ),
    "admin-only": Wording(
        403,
        "For the administrator",
        "Chỉ người quản trị máy chủ làm được.",
        "Only the server's administrator may do this.",
    ),
    "viewers-look": Wording(
        403,
        "Viewers look",
        "Mã này chỉ xem được '{name}', không thay đổi được.",
        "This token may look at '{name}', and change nothing.",
    ),
    "over-quota": Wording(429, "Over quota", "Máy chủ chỉ cho {most} {what}.", "The server allows {most} {what}."),
    "foreign-host": Wording(
        403,
        "Foreign host",
        "Không có mã quản trị thì chỉ nhận lời gọi tới localhost, không nhận tới '{host}'; hãy chạy với --admin-token.",
        "Without an admin token only calls to localhost are taken, not to '{host}'; start with --admin-token.",
    ),
    "foreign-origin": Wording(
        403,
        "Foreign origin",
        "Không nhận lời gọi do một trang web khác ('{origin}') gửi tới.",
        "Calls sent by another web site ('{origin}') are not taken.",
    ),
    "secrets-need-token": Wording(
        403,
        "Secrets need a token",
        "Chỉ hiện bí mật cho người có mã quản trị; hãy chạy với --admin-token rồi gửi mã đó.",
        "Secrets are shown only to the holder of an admin token; start with --admin-token and send the token.",
    ),
    "emulator-fault": Wording(
        500,
        "Emulator fault",
        "Trình giả lập gặp lỗi; chi tiết nằm trong log.",
        "The emulator failed; its log has the details.",
    ),
}


class Trouble(Exception):
    """The admin API refuses, for one of the reasons above."""

    def __init__(
        self,
        code: str,
        *,
        faults: Sequence[InputFault] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
        near: str = "",
        **words: Any,
    ) -> None:
        """``near`` is the name there is that is nearest to the one that was said."""
        wording = WORDINGS[code]
        super().__init__(code)
        self.code, self.faults, self.headers, self.more = code, tuple(faults), dict(headers or {}), dict(more or {})
        self.status, self.title = wording.status, wording.title
        self.vi, self.en = wording.vi.format(**words), wording.en.format(**words)
        if near:
            self.vi = f"{self.vi.removesuffix('.')}; gần nhất: “{near}”."
            self.en = f"{self.en.removesuffix('.')}; nearest: {near!r}."

    def document(self) -> dict[str, Any]:
        """Return the problem document; ``detail`` has both languages, ``vi`` and ``en`` have one each."""
        return {
            "type": TYPE + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": f"{self.vi} / {self.en}",
            "vi": self.vi,
            "en": self.en,
            "errors": [fault._asdict() for fault in self.faults],
            **self.more,
        }


def invalid(faults: Sequence[InputFault]) -> Trouble:
    """Return the refusal of a request with these faults (at least one)."""
    first = faults[0]
    return Trouble(
        "invalid",
        faults=faults,
        count=len(faults),
        first_vi=f"{first.pointer or '/'} {first.vi}",
        first_en=f"{first.pointer or '/'} {first.en}",
    )
