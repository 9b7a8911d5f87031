"""The interface of the BTXH service for OpenAPI: shapes from the tables of BTXH 3.1, examples from a data file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.services.btxh.fields import DossierPullSchema, DossierSchema, ProgressPullSchema, StepSchema
from emulator.services.btxh.models import DOSSIER_REPLY_FIELDS, LATER_FIELDS, STEP_REPLY_FIELDS, camel_key
from emulator.services.interface import (
    ANY_MEDIA,
    HTML,
    TEXT,
    TEXT_PLAIN,
    Described,
    Interface,
    OperationDoc,
    ReplyDoc,
    Shape,
    in_path,
    maybe,
    read_examples,
    read_interface,
    record,
    rows,
)

_ABOUT = (
    "Mô tả theo chế độ strict; các chế độ khác nhận rộng hơn (docs/quirks). Từ chối vẫn là HTTP 200 với "
    "`error_code` khác 0. / As mode strict reads it; the others take more (docs/quirks). A refusal is HTTP 200 "
    "with an `error_code` other than 0."
)
_SHAPES = {
    "DongBoDVC": ("BtxhDossier", "BtxhTaken"),
    "XuLyHoSo": ("BtxhStep", "BtxhTaken"),
    "DanhSachHoSo": ("BtxhDossierPull", "BtxhPulledDossiers"),
    "TienTrinhXuLy": ("BtxhStepPull", "BtxhPulledSteps"),
}


def interface() -> Interface:
    """Return the interface."""
    examples = read_interface(__package__)
    operations = {
        f"btxh.{name}": Described(request, (reply,), read_examples(examples[name]), _ABOUT)
        for name, (request, reply) in _SHAPES.items()
    }
    return Interface(_components(), operations, _pages())


def _components() -> Mapping[str, Any]:
    code = {"type": ["integer", "string"], "description": "0: thành công / done"}
    return {
        "BtxhDossier": DossierSchema,
        "BtxhStep": StepSchema,
        "BtxhDossierPull": DossierPullSchema,
        "BtxhStepPull": ProgressPullSchema,
        "BtxhTaken": record({"error_code": code, "message": TEXT}),
        "BtxhPulledDossiers": _pull_reply(code, _reply_keys(DOSSIER_REPLY_FIELDS, LATER_FIELDS)),
        "BtxhPulledSteps": _pull_reply(code, _reply_keys(STEP_REPLY_FIELDS, ("NguaiXuLy", "StatusId"))),
    }


def _pull_reply(code: Shape, item: Shape) -> Shape:
    return record({"result": record({"message": TEXT, "error_code": code, "data": rows(item)})})


def _reply_keys(names: tuple[str, ...], extra: tuple[str, ...]) -> Shape:
    more = tuple(camel_key(name) for name in extra)
    return record({key: maybe(TEXT) for key in (*map(camel_key, names), *more)}, optional=more)


def _pages() -> tuple[OperationDoc, ...]:
    """Return the two addresses of the ministry's site, which are one operation."""
    miss = ReplyDoc("Không có", "There is none", {HTML: TEXT, TEXT_PLAIN: TEXT})
    return tuple(
        OperationDoc(
            "GET",
            path,
            name,
            "Trang công khai / Public pages",
            vi,
            en,
            {"200": ReplyDoc("Nội dung", "The content", content), "404": miss},
            parameters=parameters,
        )
        for path, name, vi, en, parameters, content in (
            (
                "/file/{day}/{name}",
                "site.file",
                "Tệp đính kèm của Bộ",
                "A file of the ministry",
                (in_path("day", "20261102"), in_path("name", "639292101350000000tokhai.pdf")),
                {ANY_MEDIA: {}},
            ),
            (
                "/BTXH_ThongTinChung/GetViewDetail/{id}",
                "site.detail",
                "Trang của một hồ sơ",
                "The page of a dossier",
                (in_path("id", "f82871c7-def9-3031-b69e-bd141bd547ac"),),
                {HTML: TEXT},
            ),
        )
    )
