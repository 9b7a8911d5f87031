"""What security servers say when they refuse, in X-Road's words (src:xroad-fault-codes)."""

from __future__ import annotations

from emulator.kernel.exchange import Call, Remark
from emulator.kernel.refusals import AxisRefusal
from emulator.wire.axis import SERVICE, SubsystemId


def _no(code: str, message: str, rule: str, vi: str, path: str = "", **values: str) -> AxisRefusal:
    return AxisRefusal(code, message, (Remark(rule, "error", path, vi, message, **values),))


_AN_ORIGIN = "http(s)://<host>[:port]"


def _service_of(provider: SubsystemId) -> str:
    """Return how a trainer mends the service of a subsystem."""
    return f"PATCH …/subsystems/{provider} {{service: rest}}"


def bad_address(rule: str, place: str, vi: str, en: str, **values: str) -> AxisRefusal:
    """Return the refusal of a wrong address. Its sentence is ours; only the form is X-Road's."""
    return AxisRefusal("Client.BadRequest", vi, (Remark(rule, "error", place, vi, en, **values),))


def body_too_large(call: Call) -> AxisRefusal:
    """Return the refusal of a body of which a part was dropped: half a body is never passed on. Ours."""
    most = len(call.body)
    return bad_address(
        "body-too-large",
        "body",
        f"body: {call.body_size} byte, quá giới hạn {most} byte của trình giả lập (--body-limit)",
        f"body: {call.body_size} bytes, over the emulator's limit of {most} (--body-limit)",
        found=str(call.body_size),
        expected=f"≤ {most}",
    )


def client_unknown(client: str) -> AxisRefusal:
    """Return the refusal of a consumer that is no client of its own server."""
    return _no(
        "Server.ClientProxy.UnknownMember",
        f"Client '{client}' not found",
        "unknown-client",
        f"'{client}' không được đăng ký trên máy chủ bảo mật của đơn vị gọi",
        found=client,
        nearest="GET …/units",
    )


def provider_unknown(provider: SubsystemId, nearest: str = "") -> AxisRefusal:
    """Return the refusal of a provider that the global configuration does not hold; ``nearest`` is what was meant."""
    return _no(
        "Server.ClientProxy.UnknownMember",
        f'Could not find addresses for service provider "{provider.service_text}"',
        "unknown-provider",
        f"dstcode '{provider}' không có trên trục",
        "dstcode",
        found=provider.text,
        nearest=nearest,
    )


def server_unknown(server: str) -> AxisRefusal:
    """Return the refusal of a targeted security server nobody has."""
    return _no(
        "Server.ClientProxy.InvalidSecurityServer",
        f'Could not find security server "SERVER:{server}"',
        "unknown-server",
        f"máy chủ bảo mật '{server}' nêu trong X-Road-Security-Server không có",
        "x-road-security-server",
        found=server,
        expected="X-Road-Security-Server: ∅",
    )


def server_down(provider: SubsystemId) -> AxisRefusal:
    """Return the refusal when the provider's server cannot be reached on port 5500."""
    address = f"https://{provider.code.lower().replace('_', '-')}.ss.example.vn:5500/"
    return _no(
        "Server.ClientProxy.NetworkError",
        f"Could not connect to any target host ([{address}])",
        "server-down",
        f"không kết nối được máy chủ bảo mật của '{provider}' qua cổng 5500",
        found=address,
        expected=":5500, :5577",
        nearest=f"PATCH …/subsystems/{provider} {{is_reachable: true}}",
    )


_OWN_SERVER = {
    "no-certificate": (
        "Server.ClientProxy.SslAuthenticationFailed",
        "Security server has no valid authentication certificate",
        "máy chủ bảo mật của đơn vị gọi không có chứng thư xác thực còn hiệu lực",
    ),
    "outdated-conf": (
        "Server.ClientProxy.OutdatedGlobalConf",
        "Global configuration is expired",
        "cấu hình toàn cục của máy chủ bảo mật đơn vị gọi đã hết hạn",
    ),
    "no-signer": (
        "Server.ClientProxy.CannotCreateSignature.Signer.TokenNotActive",
        "Token is not active",
        "máy chủ bảo mật của đơn vị gọi không ký được thông điệp: token chưa kích hoạt",
    ),
    "needs-certificate": (
        "Server.ClientProxy.SslAuthenticationFailed",
        "Client ({client}) specifies HTTPS but did not supply TLS certificate",
        "kiểu kết nối là HTTPS nhưng hệ thống gọi không đưa chứng thư TLS",
    ),
    "needs-tls": (
        "Server.ClientProxy.SslAuthenticationFailed",
        "Client ({client}) specifies HTTPS NO AUTH but client made  plaintext connection",
        "kiểu kết nối là HTTPS NO AUTH nhưng hệ thống gọi dùng kết nối không mã hóa",
    ),
}


def own_server(state: str, client: SubsystemId) -> AxisRefusal:
    """Return the refusal of the consumer's own server in one of the states of ``SandboxSettings.own_server``."""
    code, message, vi = _OWN_SERVER[state]
    values = {"found": f"own_server: {state}", "expected": "own_server: ok"}
    return _no(code, message.format(client=client.as_text), f"own-server-{state}", vi, **values)


def service_unknown(provider: SubsystemId) -> AxisRefusal:
    """Return the refusal when the provider publishes no exchangeDataX."""
    return _no(
        "Server.ServerProxy.UnknownService",
        f"Unknown service: {provider.service_text}",
        "unknown-service",
        f"'{provider}' chưa khai báo dịch vụ exchangeDataX",
        expected=SERVICE,
        nearest=_service_of(provider),
    )


def service_is_soap(provider: SubsystemId) -> AxisRefusal:
    """Return the refusal when the service is of the other kind."""
    return _no(
        "Server.ServerProxy.ServiceType",
        "Service is a SOAP service and cannot be called using REST interface",
        "service-type",
        f"dịch vụ của '{provider}' là dịch vụ SOAP",
        found="SOAP",
        expected="REST",
        nearest=_service_of(provider),
    )


def access_denied(provider: SubsystemId, client: SubsystemId) -> AxisRefusal:
    """Return the refusal of a consumer without a right on exchangeDataX (KDL V.4)."""
    return _no(
        "Server.ServerProxy.AccessDenied",
        f"Request is not allowed: {provider.service_text}",
        "access-denied",
        f"'{provider}' chưa cấp quyền Access Rights trên exchangeDataX cho '{client}'",
        "access-rights",
        found=str(client),
        expected=f"Services → {SERVICE} → Access Rights: {client}",
        nearest=f"POST …/access-rights {{provider: {provider}, subjects: [{client}]}}",
    )


def service_disabled(provider: SubsystemId, notice: str) -> AxisRefusal:
    """Return the refusal of a service that its owner switched off."""
    return _no(
        "Server.ServerProxy.ServiceDisabled",
        f"Service {provider.service_text} is disabled: {notice}",
        "service-disabled",
        f"'{provider}' đã tạm tắt dịch vụ: {notice}",
        found="disabled",
        expected="enabled",
        nearest=_service_of(provider),
    )


def service_has_no_url(provider: SubsystemId) -> AxisRefusal:
    """Return the refusal of a service without an address."""
    return _no(
        "Server.ServerProxy.ServiceMissingUrl",
        f"Service address not specified for '{provider.service_text}'",
        "service-missing-url",
        f"dịch vụ của '{provider}' chưa khai báo địa chỉ",
        expected=_AN_ORIGIN,
        nearest=_service_of(provider),
    )


def service_url_is_malformed(provider: SubsystemId) -> AxisRefusal:
    """Return the refusal of a service whose address is none. B4 prints no sentence for it: the words are ours."""
    return _no(
        "Server.ServerProxy.ServiceMalformedUrl",
        f"Malformed service address for '{provider.service_text}'",
        "service-malformed-url",
        f"địa chỉ khai báo cho dịch vụ của '{provider}' không phải URL",
        expected=_AN_ORIGIN,
        nearest=_service_of(provider),
    )


def host_unknown(host: str, nearest: str = "") -> AxisRefusal:
    """Return the refusal when a providerurl names a host nobody has; no socket is ever opened to find out."""
    return _no(
        "Server.ServerProxy.NetworkError",
        f"{host}: Name or service not known",
        "unknown-host",
        f"máy chủ '{host}' trong providerurl không có trên trục",
        "providerurl",
        found=host,
        nearest=nearest,
    )


def host_down(host: str, port: int, reason: str = "Connection timed out") -> AxisRefusal:
    """Return the refusal when the provider's system does not take the connection."""
    return _no(
        "Server.ServerProxy.NetworkError",
        f"Connect to {host}:{port} [{host}] failed: {reason}",
        "provider-down",
        f"máy chủ bảo mật bên cung cấp không kết nối được tới {host}:{port}",
        "providerurl",
        found=reason,
        expected=f"{host}:{port}",
    )


def machine_down(machine: str, reason: str, rule: str = "provider-down") -> AxisRefusal:
    """Return the refusal when a real machine does not take the connection; ``machine`` is ``host:port [host/ip]``."""
    return _no(
        "Server.ServerProxy.NetworkError",
        f"Connect to {machine} failed: {reason}",
        rule,
        f"máy chủ bảo mật bên cung cấp không kết nối được tới {machine}: {reason}",
        "providerurl",
        found=reason,
        expected=machine,
    )


def service_failed(message: str, vi: str, kind: str = "") -> AxisRefusal:
    """Return the refusal when the provider's system took the call and gave no usable answer; ``kind`` ends the code."""
    code = f"Server.ServerProxy.ServiceFailed{kind}"
    return _no(code, message, "service-failed", vi, found=message[:120], expected="HTTP/1.1 200 OK")


def internal_error() -> AxisRefusal:
    """Return the consumer's server failing inside. Its sentence is ours; B4 prints the code alone."""
    return _no(
        "Server.ClientProxy.InternalError",
        "Internal error",
        "internal-error",
        "máy chủ bảo mật đơn vị gọi lỗi trong",
        expected="HTTP/1.1 200 OK",
    )


def unreadable() -> AxisRefusal:
    """Return the refusal of a call that the consumer's server cannot parse."""
    return _no(
        "Client.BadRequest",
        "Error parsing the client's REST request",
        "unreadable-request",
        "máy chủ bảo mật đơn vị gọi không đọc được lời gọi",
        expected="…/forward/<path>?dstcode=<…>&providerurl=<…>",
    )
