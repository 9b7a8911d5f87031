"""A country whose pack holds dossiers that citizens filed with the ministry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from emulator.app import found_country
from emulator.country.pack import Pack, PackFile
from emulator.country.sandbox import Definition
from emulator.country.shelf import DOSSIERS, STEPS, Base, Dossier, ProcessingStep
from emulator.kernel.clock import Clock, read_day, read_moment
from emulator.services.btxh.replies import detail_id
from emulator.settings import Settings
from tests import builders
from tests.conftest import Visitor

CODE = "000.00.15.G07-261120-0002"
PAGE = "0f817e49-8606-4d1c-9883-3142ab6ecd0e"


def at(text: str) -> int:
    return read_moment(text) or read_day(text) or 0


def ministry_dossier(
    code: str = CODE,
    status: int = 1,
    has_result: bool = False,
    origin: str = "ministry",
    given: str = "25/11/2026",
    **changes: Any,
) -> Dossier:
    page = f"https://dvcbtxh.molisa.gov.vn/BTXH_ThongTinChung/GetViewDetail/{PAGE}"
    fields = builders.dossier(MaHoSo=code, UrlDetail=page) | changes
    final = builders.final_result(MaHoSo=code, UrlDetail=page) | changes
    return Dossier(
        code=code,
        origin=origin,
        province_code=fields["MaTinh"],
        district_code=fields["MaHuyen"],
        commune_code=fields["MaXa"],
        status=status,
        owner_id=fields["CMND"],
        received_at=at(fields["NgayTiepNhan"]),
        submitted_at=at(fields["SubmittedDate"]),
        changed_at=at("25/11/2026"),
        fields=fields,
        result_fields=final if has_result else None,
        result_given_at=at(given) if has_result else None,
    )


def ministry_step(code: str = CODE, number: int = 1, **changes: Any) -> ProcessingStep:
    fields = builders.step(MaHoSo=code) | changes
    return ProcessingStep(
        code, number, "ministry", "01", "001", "00001", int(fields["StatusId"]), at(fields["ThoiDiemXuLy"]), fields
    )


@contextmanager
def visiting(
    folder: Path,
    dossiers: Sequence[Dossier] = (),
    steps: Sequence[ProcessingStep] = (),
    mode: Any = "documented",
    files: Mapping[str, PackFile] | None = None,
    **settings: Any,
) -> Iterator[Visitor]:
    pack = Pack("co-ban", Base(DOSSIERS, dossiers), Base(STEPS, steps), files=files or {}, page_of=detail_id)
    country = found_country(Settings(default=Definition(mode=mode)), folder / "store.db", {"co-ban": pack})
    sandbox = country.sandboxes.get("default")
    country.sandboxes.set_settings(sandbox, replace(sandbox.settings, **settings))
    country.sandboxes.set_clock(sandbox, Clock(virtual_ms=at("01/12/2026"), frozen=True))
    try:
        yield Visitor(country)
    finally:
        country.store.close()
