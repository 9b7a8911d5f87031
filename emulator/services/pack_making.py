"""A new pack for a province: its agency, subsystem, people, dossiers and papers, over ``co-ban``, which it extends.

Everything is drawn from a seed, so that the same wish makes the same pack. What no document gives is ours: the agency's
code when none is named, the DSTCODE, the host of its files.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from emulator.country.pack import Pack
from emulator.country.people import person_of
from emulator.country.shelf import Fields
from emulator.kernel.clock import name_uuid, random_for
from emulator.kernel.values import value_class
from emulator.services.packs import load_pack
from emulator.wire import gso
from emulator.wire.codes import full_form

BASE = "co-ban"
_OWN = "VN:GOV:000.00.00.H26:hanoivdxpsvc01"
_DETAIL = "https://dvcbtxh.molisa.gov.vn/BTXH_ThongTinChung/GetViewDetail/"
_FIRST_SERIAL = 7001  # those of co-ban begin at 0501, those of citizens at 5000
_RESULT = "KQ.G15.000007"
Table = list[Mapping[str, Any]]


@value_class
class PackWish:
    """What a new pack shall hold; ``agency`` is the code of the province's committee, such as ``H12``."""

    id: str
    province: str
    people: int = 5
    dossiers: int = 8
    papers: int = 6
    agency: str = ""
    era: gso.Era = "2023"
    seed: int = 42


class NoSuchProvince(KeyError):
    """There is no province of that code in the era."""


def write_pack(wish: PackWish, folder: Path) -> list[Path]:
    """Write a pack into a new folder; return its files.

    Raises:
        NoSuchProvince: the code is none.
        FileExistsError: there is such a folder already.
    """
    if wish.province not in gso.provinces(wish.era):
        raise NoSuchProvince(wish.province)
    maker = PackMaker(wish, load_pack(BASE))
    if folder.exists():
        raise FileExistsError(folder)
    coming = folder.with_name(f".{folder.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)  # of a run that was killed
    try:
        written = _write_files(maker, coming, wish.papers)
        coming.rename(folder)
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    return [folder / each.relative_to(coming) for each in written]


def _write_files(maker: PackMaker, folder: Path, papers: int) -> list[Path]:
    folder.mkdir(parents=True)
    written = []
    for name, rows in maker.tables():
        path = folder / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        table = {path.stem: {str(number): row for number, row in enumerate(rows, 1)}}
        path.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    for number in range(1, papers + 1):
        path = folder / "hosted" / f"{number}.pdf"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(_paper_file(number))
        written.append(path)
    return written


def _paper_file(number: int) -> bytes:
    from emulator.services.btxh.life.moving import pdf

    return pdf(f"Giay to {number}", "Du lieu mau, khong co that")


class PackMaker:
    """Puts the tables of one new pack together."""

    def __init__(self, wish: PackWish, base: Pack) -> None:
        self._wish, self._base = wish, base
        self.agency = full_form(wish.agency or f"H{wish.province}")
        self.subsystem = f"VN:GOV:{self.agency}:{self.agency.rpartition('.')[2].lower()}vdxpsvc01"
        self.host = f"dichvucong.{self.agency.rpartition('.')[2].lower()}.example.vn"
        self.province_name = gso.province_names(wish.era)[wish.province]
        self.people = [self._person(number) for number in range(1, wish.people + 1)]

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Yield every table by the name of its file."""
        wish, title = self._wish, self.province_name
        yield (
            "pack",
            [
                {
                    "id": wish.id,
                    "version": "1",
                    "schema_version": "1",
                    "title_vi": f"{title}: {wish.dossiers} hồ sơ",
                    "title_en": f"{title}: {wish.dossiers} dossiers",
                    "gso_era": wish.era,
                    "provinces": wish.province,
                    "extends": BASE,
                    "agency": self.agency,
                    "subsystem": self.subsystem,
                }
            ],
        )
        name = f"Ủy ban nhân dân {title}"
        yield "agencies", [{"MACOQUAN": self.agency, "TENCOQUAN": name, "DSTCODE": self.subsystem}]
        yield "hosts", [{"name": self.host, "subsystem": self.subsystem, "service": "files"}]
        yield "grants", list(self._grants())
        yield "people", list(self.people)
        dossiers, steps, results = self._dossiers()
        yield "dossiers", dossiers
        yield "steps", steps
        yield "results", results
        yield "hosted_files", [self._host_file(number) for number in range(1, wish.papers + 1)]
        yield "portal/papers", [self._paper(number) for number in range(1, wish.papers + 1)]
        yield "portal/accounts", [self._account(person) for person in self.people]

    def _grants(self) -> Iterator[Fields]:
        """Yield the rights that the province of co-ban has, for this one."""
        for row in self._base.rows("grants"):
            if _OWN in (row["provider"], row["subject"]):
                yield {name: self.subsystem if value == _OWN else value for name, value in row.items()}

    def _place(self, number: int) -> tuple[str, str, str]:
        luck, era, province = random_for(self._wish.seed, "place", number), self._wish.era, self._wish.province
        districts = sorted(gso.districts(province)) if era == "2023" else [""]
        for district in luck.sample(districts, len(districts)):
            communes = sorted(gso.communes(era, province, district))
            if communes:
                return province, district, luck.choice(communes)
        return province, districts[0], ""

    def _person(self, number: int) -> Fields:
        it, place = person_of(self._wish.seed, number), self._place(number)
        named = zip(("MaTinh", "MaHuyen", "MaXa"), place, strict=True)
        homes = {f"{kind}_{name}": code for name, code in named for kind in ("HKTT", "NOHT")}
        address = {f"{kind}_ChiTiet": "Số 0, đường Không Có Thật" for kind in ("HKTT", "NOHT")}
        return {
            "HoVaTen": it.name.upper(),
            "NgayThangNamSinh": f"{it.born_on:%d/%m/%Y}",
            "GioiTinhId": it.gender_id,
            "DanTocId": "1",
            "CMND": it.citizen_id,
            "CMND_NgayCap": f"{it.id_issued_on:%d/%m/%Y}",
            "CMND_NoiCap": "1195",
            **homes,
            **address,
            "SoDienThoai": it.phone,
            "Email": it.mail,
        }

    def _dossiers(self) -> tuple[Table, Table, Table]:
        """Return dossiers, steps and results: those of co-ban with other people, at other places, under other codes."""
        models = [each for each in self._base.rows("dossiers") if "-2611" in (each["MaHoSo"] or "")]
        dossiers: Table = []
        steps: Table = []
        results: Table = []
        serials: dict[str, Iterator[int]] = defaultdict(lambda: count(_FIRST_SERIAL))
        for number in range(self._wish.dossiers):
            model, person = models[number % len(models)], self.people[number % len(self.people)]
            unit_and_day = str(model["MaHoSo"]).rpartition("-")[0]
            changed = self._changes(f"{unit_and_day}-{next(serials[unit_and_day])}", person)
            dossiers.append({**model, **changed})
            code = {"MaHoSo": changed["MaHoSo"]}
            steps += [{**row, **code} for row in self._base.rows("steps") if row["MaHoSo"] == model["MaHoSo"]]
            for row in self._base.rows("results"):
                if row["MaHoSo"] == model["MaHoSo"]:
                    results.append({**row, **changed})
        return dossiers, steps, results

    def _changes(self, code: str, person: Fields) -> Fields:
        place = {name: person[f"HKTT_{name}"] for name in ("MaTinh", "MaHuyen", "MaXa")}
        detail = name_uuid(self._wish.seed, self._wish.id, code)
        gone = {"HKTT_MaThon": None, "NOHT_MaThon": None}
        return {
            "MaHoSo": code,
            **gone,
            **person,
            **place,
            "SoDinhDanh": person["CMND"],
            "UrlDetail": f"{_DETAIL}{detail}",
        }

    def _host_file(self, number: int) -> Fields:
        name = f"{number}.pdf"
        cells = {"host": self.host, "path": f"/download/{name}", "name": name}
        return {**cells, "content_type": "application/pdf", "file": f"hosted/{name}"}

    def _paper(self, number: int) -> Mapping[str, Any]:
        owner = self.people[(number - 1) % len(self.people)]["CMND"]
        link = f"https://{self.host}/download/{number}.pdf"
        return {
            "SoDinhDanhChuSoHuu": owner,
            "MaKetQua": _RESULT,
            "TenGiayTo": "Phiếu lý lịch tư pháp số 1",
            "SoKyHieu": f"{number:04d}/STP-LLTP",
            "CoQuanChuQuan": self.agency,
            "DanhSachTepDinhKem": [{"TenTep": f"{number}.pdf", "DuongDan": link}],
        }

    def _account(self, person: Fields) -> Fields:
        return {"SODINHDANH": person["CMND"], "TECHNICALID": name_uuid(self._wish.seed, "account", person["CMND"])}
