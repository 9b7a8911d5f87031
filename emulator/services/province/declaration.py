"""The file hosts of other agencies, declared: any path of a host behind the axis is a file (KDL V.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.services.mistakes import replace_in_path
from emulator.services.province.operations import download
from emulator.services.service import Ask, AxisAddress, Both, Caller, Operation, Service

if TYPE_CHECKING:
    from emulator.services.interface import Interface

_WRONG_FILE = replace_in_path(
    "wrong-file", Both("Tệp không có", "A file that does not exist"), "124.pdf", "khong-co.pdf"
)


def _ask_file(caller: Caller) -> Ask:
    ask = caller.ask("province.download")
    return ask._replace(path=ask.path.replace("/download/?", "/download/124.pdf?", 1))


def _interface() -> Interface:
    from emulator.services.province.interface import (
        interface,  # schemas and shapes are read when somebody asks for them
    )

    return interface()


SERVICE = Service(
    name="province",
    title=Both("Máy chủ tệp của cơ quan khác", "File hosts of other agencies"),
    document="KDL",
    place=AxisAddress(
        "files", "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", "https://dichvucong.hagiang.gov.vn", "VXPAdapter"
    ),
    operations=(
        Operation(
            "province.download",
            "KDL V.3",
            Both("Tải tệp của cơ quan khác", "Download a file of another agency"),
            "/download/",
            download,
            method="GET",
            sample=_ask_file,
            mistakes=(_WRONG_FILE,),
        ),
    ),
    answer=download,
    interface=_interface,
)
