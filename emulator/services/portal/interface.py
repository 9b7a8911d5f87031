"""The interface of the national portal for OpenAPI: its shapes and examples stand in ``interface.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.services.interface import (
    HTML,
    TEXT,
    Described,
    Example,
    Interface,
    OperationDoc,
    ReplyDoc,
    Shape,
    read_examples,
    read_interface,
)
from emulator.services.portal.operations import GATEWAY_QUERY, MAPI, PAGE
from emulator.services.portal.schemas import PortalDossierSchema, PortalStepSchema, StatusReportSchema

_TAG_PROVINCE = "Cổng tỉnh / A province's gateway"
_OFF = (
    "Bật bằng thiết lập `provincial_gateway`; mặc định trả 404. / Switched on by the setting `provincial_gateway`; "
    "answers 404 until then."
)
_TAG_MAPI, _TAG_PAPERS = "VDXP: mapi", "VDXP: Kho DL"
_ABOUT = (
    "Từ chối là HTTP 200 với mã khác 0, trừ khi bật `portal_maps_errors_to_http`. / A refusal is HTTP 200 with a code "
    "other than 0, unless `portal_maps_errors_to_http` is on."
)


def interface() -> Interface:
    """Return the interface."""
    content = read_interface(__package__)
    examples = {name: _example(name, content["services"][name]["example"]) for name in MAPI}
    found, agencies = ("PortalFound", "PortalTaken"), {"LayDanhMucCoQuan": examples["LayDanhMucCoQuan"]}
    operations = {
        "dvcqg.mapi.login": _login("portal", _TAG_MAPI, ("PortalSession", "PortalTaken"), {"session": "session"}),
        "dvcqg.mapi.call": Described("PortalCall", found, examples, _ABOUT, _TAG_MAPI),
        "dvcqg.mapi.g": Described("PortalCall", found, agencies, _ABOUT, _TAG_MAPI),
        "dvcqg.papers.login": _login(
            "papers", _TAG_PAPERS, ("PapersToken", "PapersFound"), {"papers_token": "accessToken"}
        ),
        "dvcqg.papers.find": Described(
            "PapersCall",
            ("PapersFound",),
            read_examples(content["papers"]),
            _ABOUT,
            _TAG_PAPERS,
            security="papers_token",
        ),
        **_of_province(content),
    }
    return Interface(_components(content), operations, (_PAGE,))


def _of_province(content: Mapping[str, Any]) -> dict[str, Described]:
    return {
        "dvcqg.province": Described(
            replies=("PortalTaken", "PortalFound"),
            about=_OFF,
            tag=_TAG_PROVINCE,
        ),
        "dvcqg.province-push": Described(
            "PortalDossiers",
            ("PortalTaken",),
            {"ho-so": Example("Hồ sơ", "A dossier", content["services"]["DongBoHoSoMC"]["example"]["data"])},
            _OFF,
            _TAG_PROVINCE,
            parameters=_query("MaDinhDanhDV", "isUpdating", isUpdating="False"),
        ),
        "dvcqg.province-papers": Described(
            replies=("ProvincePapers",),
            about=f"{_OFF} POST nhận thân của KDL V.2 và trả như KDL V.2. / POST takes the body of KDL V.2 and answers "
            "as KDL V.2 does.",
            tag=_TAG_PROVINCE,
            parameters=_query(*(name[0].lower() + name[1:] for name in GATEWAY_QUERY), maThuTuc="1.003709"),
        ),
    }


def _login(account: str, tag: str, replies: tuple[str, ...], keeps: Mapping[str, str]) -> Described:
    fields = {"username": f"{{{{{account}_username}}}}", "password": f"{{{{{account}_password}}}}"}
    examples = {"dang-nhap": Example("Đăng nhập", "Log in", fields)}
    return Described("PortalLogin", replies, examples, _ABOUT, tag, keeps)


def _query(*names: str, **examples: str) -> tuple[Shape, ...]:
    given = {name: {"example": examples[name]} if name in examples else {} for name in names}
    return tuple({"name": name, "in": "query", "schema": TEXT, **example} for name, example in given.items())


def _example(name: str, given: Mapping[str, Any]) -> Example:
    head = {"session": "{{session}}", "madonvi": "{{portal_unit}}", "service": name}
    return Example(name, MAPI[name].clause, {**head, **given})


def _components(content: Mapping[str, Any]) -> Mapping[str, Any]:
    services = [_service(content["call"], name, content["services"][name]) for name in MAPI]
    return {
        "PortalDossier": PortalDossierSchema,
        "PortalStep": PortalStepSchema,
        "PortalStatusReport": StatusReportSchema,
        "PortalCall": {"oneOf": services},
        "PortalDossiers": content["services"]["DongBoHoSoMC"]["keys"]["data"],
        "ProvincePapers": _province_papers(content["shapes"]["PapersFound"]),
        **content["shapes"],
    }


def _province_papers(found: Mapping[str, Any]) -> Shape:
    rows = found["properties"]["result"]["anyOf"][0]["properties"]["DanhSachGiayToKetQua"]
    return {"type": "object", "properties": {"Data": rows, "errorCode": TEXT, "message": TEXT}, "required": ["Data"]}


def _service(call: Mapping[str, Any], name: str, service: Mapping[str, Any]) -> Shape:
    return {
        "title": name,
        "type": "object",
        "properties": {**call["properties"], "service": {"const": name}, **service["keys"]},
        "required": [*call["required"], *service["required"]],
    }


_PAGE = OperationDoc(
    "GET",
    PAGE,
    "site.servers",
    "Trang công khai / Public pages",
    "Danh sách SS tải tệp (KDL V.3)",
    "List of security servers (KDL V.3)",
    {"200": ReplyDoc("Nội dung", "The content", {HTML: TEXT})},
)
