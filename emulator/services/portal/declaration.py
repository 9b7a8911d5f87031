"""The national portal, declared: ``mapi`` and its services, papers, the provinces' way in, one public page (KDL V)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.country.agenda import BadEffect
from emulator.country.effects import TEXT, EffectKind
from emulator.country.world import World
from emulator.services.portal import operations, samples
from emulator.services.portal.models import read_agency
from emulator.services.portal.operations import (
    CALL,
    LOGIN,
    MAPI,
    PAPERS,
    PAPERS_LOGIN,
    PROVINCE_PAPERS,
    PROVINCE_PLAIN,
    PROVINCE_PUSH,
)
from emulator.services.portal.pack import LISTED_AGENCIES, PORTAL_DOSSIERS, PORTAL_STEPS, QUESTIONS, RATINGS, Portal
from emulator.services.portal.pack import PAPERS as PAPER_SHELF
from emulator.services.service import AxisAddress, Both, Operation, ProvinceGateway, Service, Site
from emulator.wire.codes import is_agency_code

if TYPE_CHECKING:
    from emulator.services.interface import Interface


# What may be scheduled in the portal's name: its list of security servers changes.


def judge_agency(words: Mapping[str, Any]) -> None:
    """Refuse a code that is no agency's."""
    if not is_agency_code(words["code"]):
        raise BadEffect("/code", "không phải mã cơ quan", "is no code of an agency")


def change_agency(words: Mapping[str, Any], world: World) -> None:
    """Change a row of LayDanhMucSSTaiTep (KDL V.1), or add one; an empty DSTCODE takes it off the list."""
    portal = Portal(world)
    row = {"MACOQUAN": words["code"], "TENCOQUAN": words.get("name", ""), "DSTCODE": words.get("dstcode", "")}
    new = read_agency(row)
    known = portal.listed.get(new.code) or portal.agency(words["code"])
    if known is not None:
        server = words.get("dstcode", known.security_server)
        new = replace(known, name=words.get("name", known.name), security_server=server)
    portal.listed.put_record(new)


EFFECTS = {
    "agency": EffectKind(
        change_agency,
        {"code": TEXT},
        {"name": TEXT, "dstcode": TEXT},
        judge_agency,
        title=("đổi một cơ quan trong danh mục", "an agency of the catalogue changes"),
    )
}


_SUBSYSTEM = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
_MAPI = AxisAddress("mapi", _SUBSYSTEM)
_PAPERS = AxisAddress("papers", _SUBSYSTEM, "https://apigiaytocanhan.dichvucong.gov.vn")
_SITE = Site("portal", "quantri.dichvucong.gov.vn", ("/web/mtv/",))
_LOG_IN = Both("Đăng nhập", "Log in")


def _of_mapi() -> Iterator[Operation]:
    yield Operation(
        *LOGIN,
        _LOG_IN,
        "/mapi/login",
        operations.answer,
        sample=samples.ask_session,
        mistakes=(samples.WRONG_PASSWORD,),
        logs_in=True,
    )
    title = Both("Gọi một dịch vụ của Cổng DVCQG", "Call a service of the national portal")
    yield Operation(*CALL, title, "/mapi/call", operations.answer)
    yield Operation(*CALL, title, "/mapi/g", operations.answer)
    for name, service in MAPI.items():
        yield Operation(
            f"dvcqg.mapi.{name}",
            service.clause,
            service.title,
            "/mapi/call",
            operations.answer,
            within=CALL.name,
            sample=samples.sample_of(name),
            mistakes=(samples.WRONG_SESSION,),
        )


def _of_papers() -> Iterator[Operation]:
    yield Operation(
        *PAPERS_LOGIN,
        _LOG_IN,
        "/bndp/public/v1/login",
        operations.answer,
        place=_PAPERS,
        sample=samples.ask_papers_token,
        mistakes=(samples.WRONG_PASSWORD,),
        logs_in=True,
    )
    yield Operation(
        *PAPERS,
        Both("Tìm giấy tờ trong Kho DL", "Find papers in Kho DL"),
        "/bndp/public/v1/user/papers",
        operations.answer,
        place=_PAPERS,
        sample=samples.ask_papers,
        mistakes=(samples.MISSING_TOKEN, samples.NO_PROCEDURE),
    )


_PROVINCE = Operation(
    "dvcqg.province",
    "client-province-gateway",
    Both("Dịch vụ của Cổng DVCQG qua cổng của tỉnh", "A service of the national portal through a province's gateway"),
    "/KetNoiMotCuaQuocGia/",
    operations.answer_province,
    method="GET",
    place=ProvinceGateway(),
    sample=samples.ask_province,
    needs={"provincial_gateway": True},
)
_PROVINCE_PUSH = Operation(
    *PROVINCE_PUSH,
    Both("Đồng bộ hồ sơ qua cổng của tỉnh", "Push dossiers through a province's gateway"),
    f"{PROVINCE_PLAIN}DongBoHoSoMC",
    operations.answer_province,
    place=ProvinceGateway(),
    sample=samples.ask_province_push,
    needs={"provincial_gateway": True},
)
_PROVINCE_PAPERS = Operation(
    *PROVINCE_PAPERS,
    Both("Tìm giấy tờ qua cổng của tỉnh", "Find papers through a province's gateway"),
    "/CommonServices.svc/GiayToCaNhanFromDVCQG",
    operations.find_through_province,
    method="GET",
    place=ProvinceGateway(),
    sample=samples.ask_province_papers,
    needs={"provincial_gateway": True},
)
_PAGE = Operation(
    "dvcqg.page",
    "KDL V.3",
    Both("Danh sách SS tải tệp", "List of security servers"),
    operations.PAGE,
    operations.answer_admin_site,
    method="GET",
    place=_SITE,
    sample=samples.ask_page,
)


def _interface() -> Interface:
    from emulator.services.portal.interface import interface  # schemas and shapes are read when somebody asks for them

    return interface()


SERVICE = Service(
    name="portal",
    title=Both("Cổng Dịch vụ công quốc gia và Kho DL", "The national public service portal and Kho DL"),
    document="KDL",
    place=_MAPI,
    operations=(*_of_mapi(), *_of_papers(), _PROVINCE, _PROVINCE_PUSH, _PROVINCE_PAPERS, _PAGE),
    word=operations.word,
    answer=operations.answer,
    effects=EFFECTS,
    shelves=(PORTAL_DOSSIERS, PORTAL_STEPS, PAPER_SHELF, QUESTIONS, RATINGS, LISTED_AGENCIES),
    interface=_interface,
)
