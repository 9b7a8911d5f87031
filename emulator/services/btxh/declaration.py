"""The BTXH service, declared (BTXH 3): its four operations on the NDXP gateway, and the ministry's public pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.services.btxh import operations, pulls, samples
from emulator.services.btxh.life.effects import EFFECTS
from emulator.services.btxh.life.moving import ISSUED_FILES
from emulator.services.btxh.pack_tables import PART
from emulator.services.service import Api, Both, Operation, Service, Site

if TYPE_CHECKING:
    from emulator.services.interface import Interface

MINISTRY = Site("ministry", "dvcbtxh.molisa.gov.vn", ("/file/", "/BTXH_ThongTinChung/"))
"""The links inside pulled dossiers lead here, without a token (BTXH 3.1.4)."""


def _interface() -> Interface:
    from emulator.services.btxh.interface import interface  # schemas and shapes are read when somebody asks for them

    return interface()


SERVICE = Service(
    name="btxh",
    title=Both("Dịch vụ BTXH", "BTXH service"),
    document="BTXH",
    place=Api("BTXH", "apiBTXH", "1.0"),
    operations=(
        Operation(
            "btxh.DongBoDVC",
            "BTXH 3.1.1",
            Both("Đẩy hồ sơ mới hoặc kết quả cuối cùng", "Push a new dossier or a final result"),
            "/DongBoDVC",
            operations.synchronise_dossier,
            sample=samples.ask_dossier,
            mistakes=samples.mistakes_of("btxh.DongBoDVC"),
        ),
        Operation(
            "btxh.XuLyHoSo",
            "BTXH 3.1.2",
            Both("Đẩy một bước xử lý", "Push a processing step"),
            "/XuLyHoSo",
            operations.record_step,
            sample=samples.ask_step,
            mistakes=samples.mistakes_of("btxh.XuLyHoSo"),
        ),
        Operation(
            "btxh.DanhSachHoSo",
            "BTXH 3.1.4",
            Both("Kéo hồ sơ mới hoặc kết quả", "Pull new dossiers or final results"),
            "/DanhSachHoSo",
            pulls.list_dossiers,
            sample=samples.ask_dossiers,
            mistakes=samples.mistakes_of("btxh.DanhSachHoSo"),
        ),
        Operation(
            "btxh.TienTrinhXuLy",
            "BTXH 3.1.6",
            Both("Kéo các bước xử lý", "Pull processing steps"),
            "/TienTrinhXuLy",
            pulls.list_steps,
            sample=samples.ask_steps,
            mistakes=samples.mistakes_of("btxh.TienTrinhXuLy"),
        ),
        Operation(
            "ministry.page",
            "BTXH 3.1.4",
            Both("Tệp đính kèm, trang của một hồ sơ trên cổng của Bộ", "A file or a dossier's page of the ministry"),
            "/file/",
            pulls.answer,
            method="GET",
            place=MINISTRY,
            sample=samples.ask_file,
        ),
    ),
    word=operations.word,
    effects=EFFECTS,
    pack=PART,
    shelves=(ISSUED_FILES,),
    interface=_interface,
)
