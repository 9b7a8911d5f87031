"""Reading a body of ``XuLyHoSo`` (BTXH 3.1.2)."""

from __future__ import annotations

from typing import Any

from emulator.kernel.clock import read_day, read_moment
from emulator.wire.forms import StepForm
from emulator.wire.json_body import read_object
from emulator.wire.reading import Reading


def read_step(body: bytes, size: int, reading: Reading) -> StepForm:
    """Read a processing step.

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    given: dict[str, Any] = read_object(body, size, reading)
    for name in ("MaHoSo", "StatusId", "ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh"):
        if not given.get(name):
            reading.refuse("required", f"/{name}", -5, f"Thiếu trường bắt buộc {name}", f"{name} is missing")
    reading.check()
    times = [str(given[name]) for name in ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")]
    handled, started, due = (read_moment(text) or read_day(text) or reading.rules.now_ms for text in times)
    fields = {name: None if value is None else str(value) for name, value in given.items()}
    return StepForm(str(given["MaHoSo"]), int(str(given["StatusId"])), handled, started, due, fields)
