"""Where the printed replies contradict the tables: each oddity can be asked for by name, some are a mode's habit.

A sandbox's setting ``reply_oddities`` is None (as the mode says) or the exact list of oddities its replies show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from emulator.kernel.exchange import Remark
from emulator.wire.quirks import ModeName

OddityName = Literal[
    "dates-with-time",
    "submitted-two-forms",
    "small-s-tags",
    "broken-xml",
    "sample-result-values",
    "step-status-id",
    "misspelt-handler",
    "sample-step-values",
    "empty-strings",
    "later-fields",
]

_ALL: frozenset[ModeName] = frozenset({"strict", "documented", "observed"})
_AS_PRINTED: frozenset[ModeName] = frozenset({"documented", "observed"})
_ON_REQUEST: frozenset[ModeName] = frozenset()


@dataclass(frozen=True, slots=True)
class Oddity:
    """One oddity of the printed replies: its row in the register, what it does, and the modes that have it.

    ``of_steps`` tells that the replies of ``TienTrinhXuLy`` show it, ``of_dossiers`` those of ``DanhSachHoSo``.
    """

    quirk: str
    vi: str
    en: str
    modes: frozenset[ModeName] = _ON_REQUEST
    of_dossiers: bool = True
    of_steps: bool = False

    @property
    def remark(self) -> Remark:
        """Return what the journal says of a reply that shows the oddity."""
        return Remark(self.quirk, "note", "", f"{self.vi} (trả lời)", f"{self.en} (reply)")


ODDITIES: dict[OddityName, Oddity] = {
    "dates-with-time": Oddity(
        "B20", "Ngày sinh và ngày cấp kèm 00:00:00", "Birth and issue dates carry 00:00:00", _AS_PRINTED
    ),
    "submitted-two-forms": Oddity(
        "B36",
        "submittedDate của hồ sơ mới viết yyyy-MM-dd HH:mm:ss, của kết quả viết dd/MM/yyyy HH:mm:ss",
        "submittedDate is yyyy-MM-dd HH:mm:ss for new dossiers, dd/MM/yyyy HH:mm:ss for results",
        _AS_PRINTED,
    ),
    "small-s-tags": Oddity(
        "B41",
        "XML viết DanhsachTaiLieuNop, DanhsachGiayToKetQua (chữ s thường)",
        "The XML lists are spelled with a small s",
        _ALL,
    ),
    "broken-xml": Oddity(
        "B42",
        "XML lỗi như mẫu: khai báo thừa dấu nháy, thẻ mở và thẻ đóng khác chữ hoa",
        "The XML is broken as printed: a stray quote in the declaration, tags that do not match",
    ),
    "sample-result-values": Oddity(
        "B49",
        "Kết quả trả về như mẫu: loaiDuLieu 1, statusId 1, danh sách kết quả rỗng",
        "Results look as printed: loaiDuLieu 1, statusId 1, no result paper",
    ),
    "step-status-id": Oddity(
        "B61",
        "Tiến trình có thêm khóa statusId",
        "Steps also carry statusId",
        _ON_REQUEST,
        of_dossiers=False,
        of_steps=True,
    ),
    "misspelt-handler": Oddity(
        "B62",
        "Tiến trình có thêm khóa nguaiXuLy",
        "Steps also carry the misspelt handler key",
        _AS_PRINTED,
        of_dossiers=False,
        of_steps=True,
    ),
    "sample-step-values": Oddity(
        "B63",
        "Tiến trình như mẫu: bước tiếp nhận mang trạng thái 1; bước sau bắt đầu và kết thúc sau 7 ngày",
        "Steps look as printed: acceptance says status 1, later steps start and end seven days late",
        of_dossiers=False,
        of_steps=True,
    ),
    "empty-strings": Oddity("B64", "Giá trị vắng mặt là chuỗi rỗng", "Absent values are empty strings", of_steps=True),
    "later-fields": Oddity(
        "later-fields",
        "Hồ sơ có thêm các trường hệ thống thực đang trả (loaiKetQua, ngayBanHanh, submitedDate…)",
        "Dossiers carry the later fields seen in a live reply",
        frozenset({"observed"}),
    ),
}


def in_force(mode: ModeName, chosen: Iterable[OddityName] | None) -> frozenset[OddityName]:
    """Return the oddities of a sandbox: those chosen, or its mode's habit when the choice is None."""
    if chosen is not None:
        return frozenset(chosen)
    return _habits(mode)


@cache
def _habits(mode: ModeName) -> frozenset[OddityName]:
    return frozenset(name for name, oddity in ODDITIES.items() if mode in oddity.modes)


def remarks(oddities: Iterable[OddityName], *, of_steps: bool) -> list[Remark]:
    """Return what the journal says of a reply that shows these oddities, in the order of the table."""
    shown = frozenset(oddities)
    return [
        oddity.remark
        for name, oddity in ODDITIES.items()
        if name in shown and (oddity.of_steps if of_steps else oddity.of_dossiers)
    ]
