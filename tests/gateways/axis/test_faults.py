"""X-Road's own faults, in the words of 6.22 and in the order of its checks.

Sources: src:xroad-fault-form, src:xroad-fault-codes.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Visitor
from tests.gateways.axis.axis import HAGIANG, HAGIANG_URL, QUANGNAM, fault, link

PORTAL_CALLER = "VN:GOV:000.00.00.G22:vpcpcdvcqgsub01"
SERVICE = "SERVICE:VN/GOV/000.00.00.H22/hagiangvdxpsvc01/exchangeDataX"


def admin(visitor: Visitor, verb: str, path: str, body: dict[str, Any]) -> None:
    assert visitor.http.open("/__admin" + path, method=verb, json=body).status_code == 200


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        (
            {"own_server": "outdated-conf"},
            "Server.ClientProxy.OutdatedGlobalConf",
            "Global configuration is expired",
        ),
        (
            {"own_server": "needs-certificate"},
            "Server.ClientProxy.SslAuthenticationFailed",
            "Client (SUBSYSTEM:VN/GOV/000.00.00.H26/hanoivdxpsvc01) specifies HTTPS but did not supply TLS certificate",
        ),
        (
            {"own_server": "no-signer"},
            "Server.ClientProxy.CannotCreateSignature.Signer.TokenNotActive",
            "Token is not active",
        ),
        (
            {"own_subsystem": "VN:GOV:000.00.00.H99:la"},
            "Server.ClientProxy.UnknownMember",
            "Client 'SUBSYSTEM:VN/GOV/000.00.00.H99/la' not found",
        ),
    ],
)
def test_the_consumers_own_server_refuses(visitor: Visitor, settings: dict[str, Any], code: str, message: str) -> None:
    admin(visitor, "PUT", "/settings", settings)
    assert fault(visitor.http.get(link())) == (500, code, message)


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            {"is_reachable": False},
            "Server.ClientProxy.NetworkError",
            "Could not connect to any target host ([https://hagiangvdxpsvc01.ss.example.vn:5500/])",
        ),
        ({"service": "none"}, "Server.ServerProxy.UnknownService", f"Unknown service: {SERVICE}"),
        (
            {"service": "soap"},
            "Server.ServerProxy.ServiceType",
            "Service is a SOAP service and cannot be called using REST interface",
        ),
        (
            {"service": "disabled", "notice": "bảo trì"},
            "Server.ServerProxy.ServiceDisabled",
            f"Service {SERVICE} is disabled: bảo trì",
        ),
        (
            {"service": "no-url"},
            "Server.ServerProxy.ServiceMissingUrl",
            f"Service address not specified for '{SERVICE}'",
        ),
        (
            {"service": "bad-url"},
            "Server.ServerProxy.ServiceMalformedUrl",
            f"Malformed service address for '{SERVICE}'",
        ),
    ],
)
def test_the_providers_server_refuses(visitor: Visitor, change: dict[str, Any], code: str, message: str) -> None:
    """VDXP-B3-02."""
    admin(visitor, "PATCH", f"/subsystems/{HAGIANG}", change)
    assert fault(visitor.http.get(link())) == (500, code, message)


def test_a_provider_nobody_has_is_unknown(visitor: Visitor) -> None:
    status, code, message = fault(visitor.http.get(link(dstcode="VN:GOV:000.00.00.H99:khongco")))
    assert (status, code) == (500, "Server.ClientProxy.UnknownMember")
    assert message == (
        'Could not find addresses for service provider "SERVICE:VN/GOV/000.00.00.H99/khongco/exchangeDataX"'
    )


def test_a_targeted_server_nobody_has_is_named(visitor: Visitor) -> None:
    reply = visitor.http.get(link(), headers={"X-Road-Security-Server": "VN/GOV/000.00.00.H99/ss1"})
    assert fault(reply)[1:] == (
        "Server.ClientProxy.InvalidSecurityServer",
        'Could not find security server "SERVER:VN/GOV/000.00.00.H99/ss1"',
    )


def test_a_client_that_says_it_is_another_is_not_found(visitor: Visitor) -> None:
    reply = visitor.http.get(link(), headers={"X-Road-Client": "VN/GOV/000.00.00.H22/hagiangvdxpsvc01"})
    assert fault(reply)[2] == "Client 'SUBSYSTEM:VN/GOV/000.00.00.H22/hagiangvdxpsvc01' not found"


@pytest.mark.parametrize("name", ["x", "VN/GOV/000.00.00.H26"])
def test_a_client_under_a_name_that_is_no_subsystems_is_not_found_by_that_name(visitor: Visitor, name: str) -> None:
    assert fault(visitor.http.get(link(), headers={"X-Road-Client": name}))[2] == f"Client 'SUBSYSTEM:{name}' not found"


def test_the_own_subsystem_of_a_name_that_is_none_is_not_found_by_that_name(visitor: Visitor) -> None:
    admin(visitor, "PATCH", "/settings", {"own_subsystem": "VN:GOV:H26"})
    assert fault(visitor.http.get(link()))[2] == "Client 'SUBSYSTEM:VN:GOV:H26' not found"


def test_a_provider_without_an_address_says_so(visitor: Visitor) -> None:
    admin(visitor, "PATCH", "/sandboxes/default", {"mode": "observed"})
    reply = visitor.http.get(f"/XrdAdapter/RestService/forward/mapi/x?dstcode={HAGIANG}")
    assert fault(reply)[:2] == (400, "Client.BadRequest")


def test_a_host_that_is_down_times_out(visitor: Visitor) -> None:
    admin(visitor, "PATCH", "/hosts/dichvucong.hagiang.gov.vn", {"is_up": False})
    assert fault(visitor.http.get(link())) == (
        500,
        "Server.ServerProxy.NetworkError",
        "Connect to dichvucong.hagiang.gov.vn:443 [dichvucong.hagiang.gov.vn] failed: Connection timed out",
    )


def test_without_a_right_access_is_denied(visitor: Visitor) -> None:
    """KDL-V.4-06."""
    reply = visitor.http.get(link("/download/7.pdf", QUANGNAM, "https://dichvucong.quangnam.gov.vn"))
    assert fault(reply) == (
        500,
        "Server.ServerProxy.AccessDenied",
        "Request is not allowed: SERVICE:VN/GOV/000.00.00.H47/quangnamvdxpsvc01/exchangeDataX",
    )


def test_an_unknown_service_comes_before_access_and_access_before_a_disabled_service(visitor: Visitor) -> None:
    """VDXP-B4-04."""
    address = link("/download/7.pdf", QUANGNAM, "https://dichvucong.quangnam.gov.vn")
    admin(visitor, "PATCH", f"/subsystems/{QUANGNAM}", {"service": "none"})
    assert fault(visitor.http.get(address))[1] == "Server.ServerProxy.UnknownService"
    admin(visitor, "PATCH", f"/subsystems/{QUANGNAM}", {"service": "disabled"})
    assert fault(visitor.http.get(address))[1] == "Server.ServerProxy.AccessDenied"


def test_a_consumer_key_can_call_as_a_subsystem_of_its_own(visitor: Visitor) -> None:
    token = visitor.token()
    sandboxes = visitor.country.sandboxes
    key = next(
        pair.consumer_key for pair in sandboxes.credentials(sandboxes.get("default")) if pair.kind == "production"
    )
    admin(visitor, "PUT", "/settings", {"subsystem_by_consumer": {key: PORTAL_CALLER}})
    address = link("/download/7.pdf", QUANGNAM, "https://dichvucong.quangnam.gov.vn")
    assert visitor.http.get(address, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert visitor.http.get("/s/default" + address, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert visitor.http.get("/s/default" + address, headers=visitor.basic()).status_code == 200
    assert fault(visitor.http.get(address))[1] == "Server.ServerProxy.AccessDenied"


def test_a_fault_never_bears_a_detail_twice(visitor: Visitor) -> None:
    replies = [visitor.http.get(link(dstcode="VN:GOV:a:b", url=HAGIANG_URL)).json["detail"] for _ in range(2)]
    assert len(set(replies)) == 2
