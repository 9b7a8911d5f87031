"""The NDXP gateway: token, revocation, the BTXH service (BTXH 2, 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emulator.gateways.ndxp.oauth import KNOWN_GRANTS
from emulator.openapi.material import examples, load_material
from emulator.openapi.operation import FORM, HTML, JSON, XML, Example, OperationDoc, ReplyDoc, in_path
from emulator.openapi.shapes import INTEGER, OBJECT, TEXT, Shape, maybe, one_of, record, ref, rows
from emulator.services.btxh.names import DOSSIER_REPLY_FIELDS, LATER_FIELDS, STEP_REPLY_FIELDS, camel_key
from emulator.services.registry import operations as operations_by_name

TAG_TOKEN, TAG_BTXH = "NDXP: token", "NDXP: BTXH"
BEARER: Mapping[str, list[str]] = {"access_token": []}
_SUMMARIES = {
    "DongBoDVC": ("Đẩy hồ sơ mới hoặc kết quả cuối cùng", "Push a new dossier or a final result"),
    "XuLyHoSo": ("Đẩy một bước xử lý", "Push a processing step"),
    "DanhSachHoSo": ("Kéo hồ sơ mới hoặc kết quả", "Pull new dossiers or final results"),
    "TienTrinhXuLy": ("Kéo các bước xử lý", "Pull processing steps"),
}
_BODIES = {
    "DongBoDVC": "BtxhDossier",
    "XuLyHoSo": "BtxhStep",
    "DanhSachHoSo": "BtxhDossierPull",
    "TienTrinhXuLy": "BtxhStepPull",
}
_ITEMS = {"DanhSachHoSo": "BtxhPulledDossiers", "TienTrinhXuLy": "BtxhPulledSteps"}
_ABOUT = (
    "Mô tả theo chế độ strict; các chế độ khác nhận rộng hơn (docs/quirks.md). Từ chối vẫn là HTTP 200 với "
    "`error_code` khác 0. / As mode strict reads it; the others take more (docs/quirks.md). A refusal is HTTP 200 "
    "with an `error_code` other than 0."
)
_NOES: Mapping[str, tuple[str, str]] = {
    "401": ("Thiếu hoặc sai token, thuê bao bị khóa", "No token, a wrong one, or a blocked subscription"),
    "403": ("Không được phép dùng API này", "This API may not be used"),
    "404": ("API không còn", "The API is retired"),
    "429": ("Vượt hạn mức", "Throttled out"),
    "500": ("Cổng không hỏi được dịch vụ: am:fault 101500", "The service behind the gateway failed: am:fault 101500"),
    "503": ("API tạm khóa hoặc bảo trì", "The API is blocked or under maintenance"),
}


def gateway_faults() -> dict[str, ReplyDoc]:
    """Return what the gateway itself may say; JSON or XML, by the caller's headers and the profile."""
    content = {JSON: ref("GatewayFault"), XML: TEXT}
    return {status: ReplyDoc(*words, content) for status, words in _NOES.items()}


def shapes() -> dict[str, Shape]:
    """Return the components of this door."""
    code = {"type": ["integer", "string"], "description": "0: thành công / done"}
    members = {"message": TEXT, "type": TEXT, "description": TEXT, "nextAccessTime": TEXT}
    optional = tuple(members)
    dossier = _reply_keys(DOSSIER_REPLY_FIELDS, LATER_FIELDS)
    step = _reply_keys(STEP_REPLY_FIELDS, ("NguaiXuLy", "StatusId"))
    return {
        "Token": record(
            {"access_token": TEXT, "scope": TEXT, "token_type": {"const": "Bearer"}, "expires_in": INTEGER}
        ),
        "OAuthError": record({"error_description": TEXT, "error": TEXT}),
        "GatewayFault": one_of(
            record({"fault": record({"code": INTEGER, **members}, optional=optional)}),
            record({"code": TEXT, **members}, optional=optional),
        ),
        "BtxhTaken": record({"error_code": code, "message": TEXT}),
        "BtxhPulledDossiers": _pull_reply(code, dossier),
        "BtxhPulledSteps": _pull_reply(code, step),
    }


def _pull_reply(code: Shape, item: Shape) -> Shape:
    return record({"result": record({"message": TEXT, "error_code": code, "data": rows(item)})})


def _reply_keys(names: tuple[str, ...], extra: tuple[str, ...]) -> Shape:
    more = tuple(camel_key(name) for name in extra)
    return record({key: maybe(TEXT) for key in (*map(camel_key, names), *more)}, optional=more)


def operations() -> Iterator[OperationDoc]:
    """Yield the operations of this door, in the order of a first conversation."""
    yield _token()
    yield from (_btxh(name) for name in ("DongBoDVC", "XuLyHoSo", "DanhSachHoSo", "TienTrinhXuLy"))


def _token() -> OperationDoc:
    grant = {"type": "string", "enum": sorted(KNOWN_GRANTS)}
    body = record(
        {
            "grant_type": grant,
            "scope": TEXT,
            "validity_period": {"type": "string", "pattern": r"^-?\d{1,10}$"},
            "client_id": TEXT,
            "client_secret": TEXT,
        },
        optional=("scope", "validity_period", "client_id", "client_secret"),
    )
    wrong = {"error_description": "Missing grant_type parameter value", "error": "invalid_request"}
    return OperationDoc(
        "POST",
        "/token",
        "ndxp.token",
        TAG_TOKEN,
        "Xin token",
        "Ask for a token",
        {
            "200": ReplyDoc("Token", "A token", {JSON: ref("Token")}),
            "400": ReplyDoc("Yêu cầu sai", "A wrong request", {JSON: ref("OAuthError")}),
            "401": ReplyDoc("Sai cặp khóa", "A wrong key pair", {JSON: ref("OAuthError")}),
            "415": ReplyDoc("Không phải biểu mẫu", "No form"),
        },
        about="BTXH 2.1.1. Cặp khóa ở header `Authorization: Basic`. / The key pair goes into `Authorization: Basic`.",
        media=FORM,
        body=body,
        examples={
            "xin-token": Example("Xin token", "Ask for a token", {"grant_type": "client_credentials"}),
            "thieu-grant-type": Example("Thiếu grant_type", "No grant_type", {"scope": "default"}, "400", wrong),
        },
        security=({"key_pair": []},),
        keeps={"access_token": "access_token"},
    )


def revocation() -> OperationDoc:
    """Return ``/revoke``, which ends what the others need."""
    body = record({"token": TEXT, "callback": TEXT, "token_type_hint": TEXT}, optional=("callback", "token_type_hint"))
    content = {HTML: TEXT, "application/javascript": TEXT}
    return OperationDoc(
        "POST",
        "/revoke",
        "ndxp.revoke",
        TAG_TOKEN,
        "Thu hồi token",
        "Revoke a token",
        {
            "200": ReplyDoc("Đã thu hồi, hoặc không có token ấy", "Revoked, or there is no such token", content),
            "400": ReplyDoc("Yêu cầu sai", "A wrong request", content),
            "401": ReplyDoc("Sai cặp khóa", "A wrong key pair", content),
            "415": ReplyDoc("Không phải biểu mẫu", "No form"),
        },
        about="Thân lỗi là JSON mang tên text/html, như sản phẩm thật. / Errors are JSON called text/html.",
        media=FORM,
        body=body,
        examples={
            "thu-hoi": Example("Thu hồi token đang dùng", "Revoke the token in use", {"token": "{{access_token}}"})
        },
        security=({"key_pair": []},),
        folder="NDXP: thu hồi / revocation",
    )


def _btxh(name: str) -> OperationDoc:
    shape = ref(_ITEMS.get(name, "BtxhTaken"))
    return OperationDoc(
        "POST",
        f"/apiBTXH/1.0/{name}",
        f"btxh.{name}",
        TAG_BTXH,
        *_SUMMARIES[name],
        {"200": ReplyDoc("Kết quả hoặc lời từ chối", "A result or a refusal", {JSON: shape}), **gateway_faults()},
        about=f"{operations_by_name()[f'btxh.{name}'].operation.clause}. {_ABOUT}",
        body=ref(_BODIES[name]),
        examples=examples(load_material("btxh")[name]),
        security=(BEARER,),
    )


def provincial() -> Iterator[OperationDoc]:
    """Yield the province's gateway, off by default: GET and POST of a service by its name."""
    answer = ReplyDoc(
        "Trả lời của Cổng DVCQG, bọc trong message",
        "The portal's reply, wrapped in message",
        {JSON: one_of(ref("PortalTaken"), ref("PortalFound"))},
    )
    for verb in ("GET", "POST"):
        yield OperationDoc(
            verb,
            "/KetNoiMotCuaQuocGia/{service}",
            f"dvcqg.province.{verb.lower()}",
            "Cổng tỉnh / A province's gateway",
            "Dịch vụ của Cổng DVCQG qua cổng của tỉnh",
            "A service of the national portal through a province's gateway",
            {"200": answer, **gateway_faults()},
            about="Bật bằng thiết lập `provincial_gateway`; mặc định trả 404. / Switched on by the setting "
            "`provincial_gateway`; answers 404 until then.",
            parameters=(in_path("service", "LayDanhMucCoQuan"),),
            body=OBJECT if verb == "POST" else None,
            is_body_needed=False,
            security=(BEARER,),
            usual="404",
        )
