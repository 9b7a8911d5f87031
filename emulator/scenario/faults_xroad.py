"""Faults of the axis: what a REST caller can meet of src:xroad-fault-codes, for one call at a time.

Rows of B4 that only a SOAP message can meet (its headers, envelope and body) have no fault: the adapters speak REST.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from emulator.country.axis import Axis
from emulator.country.world import World
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.refusals import AskAgain, AxisRefusal
from emulator.scenario.fault import FaultKind, Instead, Params, both
from emulator.wire import axis_refusals as axis_faults
from emulator.wire.axis import SubsystemId, is_group, read_subsystem

_AT = ("xroad.*", "@axis")
_PORTS = {"http": 80, "https": 443}
Refuse = Callable[[SubsystemId, SubsystemId, Exchange], AxisRefusal]


def _ends(exchange: Exchange, world: World) -> tuple[str, str]:
    """Return consumer and provider; a call that came without the axis is the sandbox's own to the portal."""
    return exchange.passage.axis or (world.settings.own_subsystem, world.settings.portal_subsystem)


def _no(refuse: Refuse) -> Instead:
    def act(exchange: Exchange, world: World, _params: Params) -> Reply | None:
        consumer, provider = _ends(exchange, world)
        raise refuse(read_subsystem(consumer), read_subsystem(provider), exchange)

    return act


def _withdrawn(exchange: Exchange, world: World, _params: Params) -> Reply | None:
    """Take away every right by which the consumer may call the provider, for good; then let its server look again."""
    consumer, provider = _ends(exchange, world)
    world.hold()
    axis = Axis(world)
    for grant in axis.rights(provider):
        if grant.subject == consumer or is_group(grant.subject):
            axis.withdraw(grant)
    world.commit()
    raise AskAgain


def _down(_consumer: SubsystemId, provider: SubsystemId, exchange: Exchange) -> AxisRefusal:
    given = parse_qs(exchange.call.query).get("providerurl", [""])[0]
    url = urlsplit(given if "://" in given else f"http://{provider.code.lower()}.example.vn")
    try:
        port = url.port
    except ValueError:
        port = None
    return axis_faults.host_down(url.hostname or provider.code, port or _PORTS.get(url.scheme, 80))


def _own(state: str) -> Refuse:
    return lambda consumer, _provider, _exchange: axis_faults.own_server(state, consumer)


def _of_provider(builder: Callable[[SubsystemId], AxisRefusal]) -> Refuse:
    return lambda _consumer, provider, _exchange: builder(provider)


def _fail_service(kind: str, message: str, vi: str) -> Refuse:
    return lambda _consumer, _provider, _exchange: axis_faults.service_failed(message, vi, kind)


def _axis(vi: str, en: str, code: str, refuse: Refuse) -> FaultKind:
    sees = both(f"{code}, X-Road-Error", f"{code}, X-Road-Error")
    return FaultKind("x-road", both(vi, en), sees, "xroad-fault-codes", _no(refuse), at=_AT)


XROAD: Mapping[str, FaultKind] = {
    "xroad-bad-request": _axis(
        "Máy chủ bảo mật không đọc được lời gọi",
        "The security server cannot read the call",
        "400 Client.BadRequest",
        lambda _c, _p, _e: axis_faults.unreadable(),
    ),
    "xroad-client-unknown": _axis(
        "Đơn vị gọi không được đăng ký",
        "Consumer unknown to its server",
        "500 Server.ClientProxy.UnknownMember",
        lambda consumer, _p, _e: axis_faults.client_unknown(consumer.as_text),
    ),
    "xroad-provider-unknown": _axis(
        "Bên cung cấp không có trong cấu hình toàn cục",
        "Provider not in the global configuration",
        "500 Server.ClientProxy.UnknownMember",
        _of_provider(axis_faults.provider_unknown),
    ),
    "xroad-server-unknown": _axis(
        "Máy chủ bảo mật đích không có",
        "Targeted server unknown",
        "500 Server.ClientProxy.InvalidSecurityServer",
        lambda _c, provider, _e: axis_faults.server_unknown(f"{provider.as_path.rpartition('/')[0]}/ss1"),
    ),
    "xroad-server-down": _axis(
        "Cổng 5500 bên cung cấp không vào được",
        "Provider's port 5500 closed",
        "500 Server.ClientProxy.NetworkError",
        _of_provider(axis_faults.server_down),
    ),
    "xroad-needs-certificate": _axis(
        "Thiếu chứng thư TLS của hệ thống gọi",
        "No TLS certificate from the caller",
        "500 Server.ClientProxy.SslAuthenticationFailed",
        _own("needs-certificate"),
    ),
    "xroad-needs-tls": _axis(
        "Gọi không mã hóa vào cổng đòi TLS",
        "Plain call where TLS is wanted",
        "500 Server.ClientProxy.SslAuthenticationFailed",
        _own("needs-tls"),
    ),
    "xroad-no-server-certificate": _axis(
        "Máy chủ bảo mật hết chứng thư xác thực",
        "The server has no valid authentication certificate",
        "500 Server.ClientProxy.SslAuthenticationFailed",
        _own("no-certificate"),
    ),
    "xroad-outdated-conf": _axis(
        "Cấu hình toàn cục hết hạn",
        "Global configuration expired",
        "500 Server.ClientProxy.OutdatedGlobalConf",
        _own("outdated-conf"),
    ),
    "xroad-no-signer": _axis(
        "Không ký được thông điệp",
        "Message cannot be signed",
        "500 Server.ClientProxy.CannotCreateSignature…",
        _own("no-signer"),
    ),
    "xroad-internal-error": _axis(
        "Máy chủ bảo mật lỗi trong",
        "Internal error of the consumer's server",
        "500 Server.ClientProxy.InternalError",
        lambda _c, _p, _e: axis_faults.internal_error(),
    ),
    "xroad-unknown-service": _axis(
        "Chưa khai báo exchangeDataX",
        "No such service at the provider",
        "500 Server.ServerProxy.UnknownService",
        _of_provider(axis_faults.service_unknown),
    ),
    "xroad-service-is-soap": _axis(
        "Dịch vụ là SOAP",
        "The service is a SOAP one",
        "500 Server.ServerProxy.ServiceType",
        _of_provider(axis_faults.service_is_soap),
    ),
    "xroad-access-denied": _axis(
        "Không có quyền (một lần)",
        "No access right (this once)",
        "500 Server.ServerProxy.AccessDenied",
        lambda consumer, provider, _e: axis_faults.access_denied(provider, consumer),
    ),
    "xroad-right-withdrawn": FaultKind(
        "x-road",
        both("Bị rút quyền giữa chừng", "Access right withdrawn in the middle"),
        both(
            "500 Server.ServerProxy.AccessDenied, từ nay đến khi được cấp lại",
            "500 Server.ServerProxy.AccessDenied, until the right is given again",
        ),
        "xroad-access-rights",
        _withdrawn,
        at=_AT,
    ),
    "xroad-service-disabled": _axis(
        "Dịch vụ tạm tắt",
        "Service switched off",
        "500 Server.ServerProxy.ServiceDisabled",
        lambda _c, provider, _e: axis_faults.service_disabled(provider, "Bảo trì hệ thống"),
    ),
    "xroad-provider-down": _axis(
        "Hệ thống bên cung cấp không kết nối được",
        "Provider down",
        "500 Server.ServerProxy.NetworkError",
        _down,
    ),
    "xroad-service-network-error": _axis(
        "Bên cung cấp ngắt giữa chừng",
        "Provider broke the connection",
        "500 Server.ServerProxy.ServiceFailed.NetworkError",
        _fail_service(".NetworkError", "Connection reset", "hệ thống bên cung cấp ngắt kết nối"),
    ),
    "xroad-service-http-error": _axis(
        "Bên cung cấp trả 503",
        "Provider answered 503",
        "500 Server.ServerProxy.ServiceFailed.HttpError",
        _fail_service(".HttpError", "Server responded with error 503: Service Unavailable", "bên cung cấp trả 503"),
    ),
    "xroad-service-content-type": _axis(
        "Bên cung cấp trả sai kiểu nội dung",
        "Provider answered in another type",
        "500 Server.ServerProxy.ServiceFailed.InvalidContentType",
        _fail_service(".InvalidContentType", "Invalid content type: text/html", "bên cung cấp trả text/html"),
    ),
    "xroad-service-missing-url": _axis(
        "Dịch vụ chưa có địa chỉ",
        "Service without an address",
        "500 Server.ServerProxy.ServiceMissingUrl",
        _of_provider(axis_faults.service_has_no_url),
    ),
    "xroad-service-malformed-url": _axis(
        "Địa chỉ dịch vụ sai dạng",
        "Service with a malformed address",
        "500 Server.ServerProxy.ServiceMalformedUrl",
        _of_provider(axis_faults.service_url_is_malformed),
    ),
}
