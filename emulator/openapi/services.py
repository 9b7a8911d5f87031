"""The emulated services for OpenAPI: what each declares, at the addresses and with the refusals of its gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from emulator.gateways.axis.address import CONTEXTS
from emulator.gateways.ndxp.oauth import KNOWN_GRANTS
from emulator.services.interface import (
    FORM,
    HTML,
    INTEGER,
    JSON,
    OBJECT,
    TEXT,
    XML,
    Described,
    Example,
    Interface,
    OperationDoc,
    ReplyDoc,
    Shape,
    in_path,
    in_query,
    one_of,
    record,
    ref,
)
from emulator.services.registry import REVOKE, TOKEN, services
from emulator.services.service import Api, AxisAddress, Operation, ProvinceGateway, Service, Site

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

BEARER: Mapping[str, list[str]] = {"access_token": []}
_TAG_TOKEN = "NDXP: token"  # noqa: S105 - a heading
_FORWARD = "/{adapter}/RestService/forward"
_FAULT: Mapping[str, Shape] = {JSON: ref("XRoadFault")}
_MAPPED = {
    "401": ("Sai tài khoản hoặc phiên", "A wrong account or session"),
    "403": ("Không thuộc đơn vị", "Not of this unit"),
    "409": ("Đã có, hoặc không chuyển được trạng thái", "It exists, or the status cannot follow"),
}
_NOES: Mapping[str, tuple[str, str]] = {
    "401": ("Thiếu hoặc sai token, thuê bao bị khóa", "No token, a wrong one, or a blocked subscription"),
    "403": ("Không được phép dùng API này", "This API may not be used"),
    "404": ("API không còn", "The API is retired"),
    "429": ("Vượt hạn mức", "Throttled out"),
    "500": ("Cổng không hỏi được dịch vụ: am:fault 101500", "The service behind the gateway failed: am:fault 101500"),
    "503": ("API tạm khóa hoặc bảo trì", "The API is blocked or under maintenance"),
}


def components() -> JsonObject:
    """Return the schemas of the gateways and of all services by name."""
    members = {"message": TEXT, "type": TEXT, "description": TEXT, "nextAccessTime": TEXT}
    optional = tuple(members)
    found: dict[str, Any] = {
        "Token": record(
            {"access_token": TEXT, "scope": TEXT, "token_type": {"const": "Bearer"}, "expires_in": INTEGER}
        ),
        "OAuthError": record({"error_description": TEXT, "error": TEXT}),
        "GatewayFault": one_of(
            record({"fault": record({"code": INTEGER, **members}, optional=optional)}),
            record({"code": TEXT, **members}, optional=optional),
        ),
        "XRoadFault": record({"type": TEXT, "message": TEXT, "detail": {"type": "string", "minLength": 36}}),
    }
    for service in services():
        found |= service.interface().components
    return found


def operations() -> Iterator[OperationDoc]:
    """Yield every operation of a service, in the order of a first conversation: a token first, revoked last."""
    yield _token()
    for service in services():
        yield from _of_service(service, service.interface())
    yield _revocation()


def _of_service(service: Service, interface: Interface) -> Iterator[OperationDoc]:
    seen: set[str] = set()
    for operation in service.operations:
        if operation.within or isinstance(service.place_of(operation), Site):
            continue
        name = operation.name
        if name in seen:  # a second address is called by the last word of its path
            name = f"{name.rpartition('.')[0]}.{operation.path.rpartition('/')[2]}"
        seen.add(name)
        yield from _documents(name, service, operation, interface.operations[name])
    yield from interface.documents


def _documents(name: str, service: Service, operation: Operation, said: Described) -> Iterator[OperationDoc]:
    place = service.place_of(operation)
    tag = said.tag or f"{place.gateway.upper()}: {place.name if isinstance(place, Api) else service.title.vi}"
    if isinstance(place, ProvinceGateway):
        yield from _of_province(name, operation, said)
        return
    is_published = isinstance(place, Api)
    path = said.path or operation.path
    security = said.security or ("access_token" if is_published else "")
    yield OperationDoc(
        operation.method,
        place.base_path + path if isinstance(place, Api) else _FORWARD + path,
        name,
        tag,
        *operation.title,
        _ndxp_replies(said) if is_published else _axis_replies(said),
        about=f"{operation.clause}. {said.about}",
        parameters=(*_axis_parameters(place), *said.parameters),
        body=ref(said.request) if said.request else None,
        examples=said.examples,
        security=({security: []},) if security else (),
        keeps=said.keeps,
    )


def _ndxp_replies(said: Described) -> dict[str, ReplyDoc]:
    shapes = [ref(name) for name in said.replies]
    shape = shapes[0] if len(shapes) == 1 else one_of(*shapes)
    usual = {"200": ReplyDoc("Kết quả hoặc lời từ chối", "A result or a refusal", {JSON: shape})}
    return {**(said.answers or usual), **gateway_faults()}


def gateway_faults() -> dict[str, ReplyDoc]:
    """Return what the gateway itself may say; JSON or XML, by the caller's headers and the profile."""
    content = {JSON: ref("GatewayFault"), XML: TEXT}
    return {status: ReplyDoc(*words, content) for status, words in _NOES.items()}


def _axis_replies(said: Described) -> dict[str, ReplyDoc]:
    """Return what a service behind the axis may answer: its own, the axis's faults, and a provider's web server."""
    if said.answers:
        return {**said.answers, **_axis_faults()}
    refused = ref(said.replies[-1])
    usual = refused if len(said.replies) == 1 else one_of(*map(ref, said.replies))
    mapped = {status: ReplyDoc(*words, {JSON: refused}) for status, words in _MAPPED.items()}
    answered = ReplyDoc("Trả lời, hoặc lời từ chối", "An answer, or a refusal", {JSON: usual})
    return {"200": answered, **_axis_faults(refused), **mapped}


def _axis_faults(refused: Shape | None = None) -> dict[str, ReplyDoc]:
    wrong = {JSON: one_of(ref("XRoadFault"), refused)} if refused else _FAULT
    fault = ref("GatewayFault")  # an address with another word for the adapter is the NDXP gateway's to refuse
    nothing = {HTML: TEXT, XML: TEXT, JSON: one_of(fault, refused) if refused else fault}
    return {
        "400": ReplyDoc("Lỗi X-Road Client.…: địa chỉ, bên gọi", "An X-Road fault Client.…: address, consumer", wrong),
        "404": ReplyDoc("Bên cung cấp không có đường dẫn này", "The provider has no such path", nothing),
        "405": ReplyDoc("Bên cung cấp không nhận động từ này", "The provider does not take this verb"),
        "500": ReplyDoc("Lỗi X-Road Server.…", "An X-Road fault Server.…: a server on the way", _FAULT),
    }


def _axis_parameters(place: object) -> tuple[dict[str, Any], ...]:
    if not isinstance(place, AxisAddress):
        return ()
    url = place.provider_url or None
    return (
        in_path("adapter", place.adapter, {"enum": list(CONTEXTS)}),
        in_query("dstcode", "máy chủ bảo mật của bên cung cấp", "the provider's subsystem", TEXT, place.dstcode),
        in_query("providerurl", "địa chỉ gốc của bên cung cấp", "the provider's origin", TEXT, url),
    )


def _of_province(name: str, operation: Operation, said: Described) -> Iterator[OperationDoc]:
    """Yield a province's gateway, off by default: one address as declared, or GET and POST of a service by its name."""
    if not operation.path.endswith("/"):
        plain = {"200": ReplyDoc("Kết quả hoặc lời từ chối", "A result or a refusal", {JSON: ref(said.replies[0])})}
        yield OperationDoc(
            operation.method,
            operation.path,
            name,
            said.tag,
            *operation.title,
            {**plain, **gateway_faults()},
            about=said.about,
            parameters=said.parameters,
            body=ref(said.request) if said.request else None,
            examples=said.examples,
            security=(BEARER,),
            usual="404",
        )
        return
    answer = ReplyDoc(
        "Trả lời của Cổng DVCQG, bọc trong message",
        "The portal's reply, wrapped in message",
        {JSON: one_of(*map(ref, said.replies))},
    )
    for verb in ("GET", "POST"):
        yield OperationDoc(
            verb,
            f"{operation.path}{{service}}",
            f"{name}.{verb.lower()}",
            said.tag,
            *operation.title,
            {"200": answer, **gateway_faults()},
            about=said.about,
            parameters=(in_path("service", "LayDanhMucCoQuan"),),
            body=OBJECT if verb == "POST" else None,
            is_body_needed=False,
            security=(BEARER,),
            usual="404",
        )


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
        TOKEN.method,
        TOKEN.path,
        TOKEN.name,
        _TAG_TOKEN,
        *TOKEN.title,
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


def _revocation() -> OperationDoc:
    """Return ``/revoke``, which ends what the others need."""
    body = record({"token": TEXT, "callback": TEXT, "token_type_hint": TEXT}, optional=("callback", "token_type_hint"))
    content = {HTML: TEXT, "application/javascript": TEXT}
    return OperationDoc(
        REVOKE.method,
        REVOKE.path,
        REVOKE.name,
        _TAG_TOKEN,
        *REVOKE.title,
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
