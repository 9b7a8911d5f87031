"""The axis and what stands behind it: the national portal, papers, downloads (KDL V); and the public sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.gateways.axis.address import CONTEXTS
from emulator.openapi.material import examples, load_material
from emulator.openapi.operation import ANY_MEDIA, HTML, JSON, XML, Example, OperationDoc, ReplyDoc, in_path, in_query
from emulator.openapi.shapes import ANY, TEXT, Shape, one_of, record, ref
from emulator.services.portal.operations import MAPI

TAG_PORTAL, TAG_PAPERS, TAG_FILES = "VDXP: mapi", "VDXP: Kho DL", "VDXP: tải tệp / downloads"
TAG_SITES = "Trang công khai / Public pages"
_FORWARD = "/{adapter}/RestService/forward"
_PORTAL = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
_PAPERS_HOST = "https://apigiaytocanhan.dichvucong.gov.vn"
_FILES, _FILES_HOST = "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", "https://dichvucong.hagiang.gov.vn"
_ABOUT_REFUSALS = (
    "Từ chối là HTTP 200 với mã khác 0, trừ khi bật `portal_maps_errors_to_http`. / A refusal is HTTP 200 with a code "
    "other than 0, unless `portal_maps_errors_to_http` is on."
)
_FAULT: Mapping[str, Shape] = {JSON: ref("XRoadFault")}
_MAPPED = {
    "401": ("Sai tài khoản hoặc phiên", "A wrong account or session"),
    "403": ("Không thuộc đơn vị", "Not of this unit"),
    "409": ("Đã có, hoặc không chuyển được trạng thái", "It exists, or the status cannot follow"),
}


def shapes() -> dict[str, Shape]:
    """Return the components of the axis."""
    call = load_material("portal")["call"]
    services = [_service(call, name, load_material("portal")["services"][name]) for name in MAPI]
    return {
        "XRoadFault": record({"type": TEXT, "message": TEXT, "detail": {"type": "string", "minLength": 36}}),
        "PortalCall": {"oneOf": services},
        **load_material("portal")["shapes"],
    }


def _service(call: Mapping[str, Any], name: str, service: Mapping[str, Any]) -> Shape:
    members = {**call["properties"], "service": {"const": name}, **service["keys"]}
    return {
        "title": name,
        "type": "object",
        "properties": members,
        "required": [*call["required"], *service["required"]],
    }


def operations() -> Iterator[OperationDoc]:
    """Yield the operations behind the adapters, then the public sites."""
    yield _login("/mapi/login", "dvcqg.mapi.login", TAG_PORTAL, "PortalSession", {"session": "session"})
    yield _call("/mapi/call", "dvcqg.mapi.call", _service_examples())
    yield _call("/mapi/g", "dvcqg.mapi.g", {"LayDanhMucCoQuan": _service_examples()["LayDanhMucCoQuan"]})
    keeps = {"papers_token": "accessToken"}
    yield _login("/bndp/public/v1/login", "dvcqg.papers.login", TAG_PAPERS, "PapersToken", keeps)
    yield _papers()
    yield _download()
    yield from _sites()


def _service_examples() -> dict[str, Example]:
    return {name: _service_example(name) for name in MAPI}


def _service_example(name: str) -> Example:
    head = {"session": "{{session}}", "madonvi": "{{portal_unit}}", "service": name}
    return Example(name, MAPI[name].clause, head | load_material("portal")["services"][name]["example"])


def _login(path: str, name: str, tag: str, shape: str, keeps: Mapping[str, str]) -> OperationDoc:
    kind = "papers" if tag == TAG_PAPERS else "portal"
    account = {"username": f"{{{{{kind}_username}}}}", "password": f"{{{{{kind}_password}}}}"}
    return OperationDoc(
        "POST",
        _FORWARD + path,
        name,
        tag,
        "Đăng nhập",
        "Log in",
        _answers(ref(shape), papers=kind == "papers"),
        about=_ABOUT_REFUSALS,
        parameters=_address_parameters(_PORTAL, _PAPERS_HOST if kind == "papers" else ""),
        body=ref("PortalLogin"),
        examples={"dang-nhap": Example("Đăng nhập", "Log in", account)},
        keeps=keeps,
    )


def _call(path: str, name: str, shown: Mapping[str, Example]) -> OperationDoc:
    return OperationDoc(
        "POST",
        _FORWARD + path,
        name,
        TAG_PORTAL,
        "Gọi một dịch vụ của Cổng DVCQG",
        "Call a service of the national portal",
        _answers(one_of(ref("PortalFound"), ref("PortalTaken"))),
        about=f"KDL V.1. {_ABOUT_REFUSALS}",
        parameters=_address_parameters(_PORTAL),
        body=ref("PortalCall"),
        examples=shown,
    )


def _papers() -> OperationDoc:
    return OperationDoc(
        "POST",
        f"{_FORWARD}/bndp/public/v1/user/papers",
        "dvcqg.papers.find",
        TAG_PAPERS,
        "Tìm giấy tờ trong Kho DL",
        "Find papers in Kho DL",
        _answers(ref("PapersFound"), papers=True),
        about=f"KDL V.2. {_ABOUT_REFUSALS}",
        parameters=_address_parameters(_PORTAL, _PAPERS_HOST),
        body=ref("PapersCall"),
        examples=examples(load_material("portal")["papers"]),
        security=({"papers_token": []},),
    )


def _answers(shape: Shape, *, papers: bool = False) -> dict[str, ReplyDoc]:
    """Return what a service behind the axis may answer: its own, the axis's faults, and a provider's web server."""
    refused = ref("PapersFound" if papers else "PortalTaken")
    usual = shape if papers and shape == refused else one_of(shape, refused)
    faults = _axis_faults(refused)
    mapped = {status: ReplyDoc(*words, {JSON: refused}) for status, words in _MAPPED.items()}
    return {"200": ReplyDoc("Trả lời, hoặc lời từ chối", "An answer, or a refusal", {JSON: usual}), **faults, **mapped}


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


def _address_parameters(dstcode: str, url: str = "") -> tuple[dict[str, Any], ...]:
    return (
        in_path("adapter", CONTEXTS[1] if url == _FILES_HOST else CONTEXTS[0], {"enum": list(CONTEXTS)}),
        in_query("dstcode", "máy chủ bảo mật của bên cung cấp", "the provider's subsystem", TEXT, dstcode),
        in_query("providerurl", "địa chỉ gốc của bên cung cấp", "the provider's origin", TEXT, url or None),
    )


def _download() -> OperationDoc:
    span = {"name": "Range", "in": "header", "description": "RFC 9110 §14", "schema": TEXT}
    whole: Mapping[str, Shape] = {ANY_MEDIA: ANY}
    return OperationDoc(
        "GET",
        f"{_FORWARD}/download/{{file}}",
        "province.download",
        TAG_FILES,
        "Tải tệp của cơ quan khác",
        "Download a file of another agency",
        {
            "200": ReplyDoc("Tệp", "The file", whole),
            "206": ReplyDoc("Một phần của tệp", "A part of the file", whole),
            "416": ReplyDoc("Không có phần ấy", "There is no such part"),
            **_axis_faults(),
        },
        about="KDL V.3. Mọi đường dẫn của máy chủ sau trục đều gọi được, không riêng /download. / Any path of a host "
        "behind the axis can be asked for, not only /download.",
        parameters=(*_address_parameters(_FILES, _FILES_HOST), in_path("file", "124.pdf"), span),
    )


def _sites() -> Iterator[OperationDoc]:
    page, miss = {HTML: TEXT}, ReplyDoc("Không có", "There is none", {HTML: TEXT, "text/plain": TEXT})
    for path, name, vi, en, parameters, content in (
        ("/file/{day}/{name}", "file", "Tệp đính kèm của Bộ", "A file of the ministry",
         (in_path("day", "20261102"), in_path("name", "639292101350000000tokhai.pdf")), {ANY_MEDIA: {}}),
        ("/BTXH_ThongTinChung/GetViewDetail/{id}", "detail", "Trang của một hồ sơ", "The page of a dossier",
         (in_path("id", "f82871c7-def9-3031-b69e-bd141bd547ac"),), page),
        ("/web/mtv/ss_info/index", "servers", "Danh sách SS tải tệp (KDL V.3)", "List of security servers (KDL V.3)",
         (), page),
    ):  # fmt: skip
        answers = {"200": ReplyDoc("Nội dung", "The content", content)}
        if parameters:
            answers["404"] = miss
        yield OperationDoc("GET", path, f"site.{name}", TAG_SITES, vi, en, answers, parameters=parameters)
