"""Papers in a pack: finding one owner's among a million against a thousand, and what the file costs at the start."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from emulator.app import Country, found_country
from emulator.country.axis import papers_account
from emulator.kernel.exchange import Call, Exchange
from emulator.services.packs import load_pack
from emulator.services.portal.operations import answer
from emulator.services.portal.pack import FOLDER, PAPER_FILE
from emulator.settings import Settings
from emulator.store.paper_file import PaperRow, write_paper_file

SMALL, LARGE, SAMPLES = 1_000, 1_000_000, 400
_CODE = "KQ.G15.000007"


def papers() -> Iterator[str]:
    """The same papers call, as the provider answers it, in packs of 1,000 and of 1,000,000 papers; runs interleave."""
    with tempfile.TemporaryDirectory() as folder:
        started, houses = {}, {}
        for size in (SMALL, LARGE):
            pack = _pack(Path(folder, str(size)), size)
            begin = time.perf_counter()
            houses[size] = found_country(Settings(), Path(folder, f"{size}.db"), {"co-ban": load_pack(pack)})
            started[size] = time.perf_counter() - begin
        clerks = {size: _Clerk(house, size) for size, house in houses.items()}
        times: dict[int, list[float]] = {size: [] for size in houses}
        for number in range(SAMPLES):
            for size, clerk in clerks.items():
                times[size].append(clerk.ask(number))
    small, large = (statistics.median(times[size]) for size in (SMALL, LARGE))
    yield f"| papers call at {SMALL:,} papers | {small:.0f} µs | | | |"
    yield f"| papers call at {LARGE:,} papers | {large:.0f} µs | | {large / small:.2f} | ≤ 1.5 |"
    yield f"| opening a pack of {LARGE:,} papers | {started[LARGE] * 1000:.0f} ms | | | ≤ 2 s |"


def _pack(folder: Path, size: int) -> Path:
    shutil.copytree(load_pack("co-ban").folder or Path(), folder)
    write_paper_file(folder / FOLDER / PAPER_FILE, map(_row, range(size)))
    return folder


def _owner(number: int) -> str:
    return f"9990{number % 100_000_000:08d}"


def _row(number: int) -> PaperRow:
    owner = _owner(number)
    paper = {
        "id": f"{owner}/{_CODE}/{number}",
        "owner_id": owner,
        "result_code": _CODE,
        "title": "Phiếu lý lịch tư pháp số 1",
        "reference_number": f"{number}/STP-LLTP",
        "agency_code": "000.00.00.H22",
        "files": [{"name": "124.pdf", "link": "https://dichvucong.hagiang.gov.vn/download/124.pdf"}],
    }
    return PaperRow(str(paper["id"]), owner, json.dumps(paper, ensure_ascii=False))


class _Clerk:
    """Asks for one owner after the other, spread over the whole pack."""

    def __init__(self, country: Country, size: int) -> None:
        self._country, self._size = country, size
        account = papers_account(country.sandboxes.get("default"))
        body = json.dumps({"username": account.username, "password": account.password}).encode()
        self._token = json.loads(self._call("/bndp/public/v1/login", body, ""))["accessToken"]

    def ask(self, number: int) -> float:
        body = json.dumps(
            {
                "MaThuTuc": "2.000488",
                "DanhSachDanhMucKetQua": [{"MaKetQua": _CODE, "SoKyHieu": ""}],
                "SoDinhDanhChuSoHuu": _owner(number * 7919 % self._size),
                "KenhThucHien": "2",
            }
        ).encode()
        begin = time.perf_counter()
        reply = self._call("/bndp/public/v1/user/papers", body, self._token)
        spent = (time.perf_counter() - begin) * 1e6
        assert len(json.loads(reply)["result"]["DanhSachGiayToKetQua"]) == 1
        return spent

    def _call(self, path: str, body: bytes, token: str) -> bytes:
        call = Call("POST", path, headers=(("authorization", token),), body=body, body_size=len(body))
        world = self._country.admin.enter(self._country.sandboxes.get("default"), Exchange(call))
        reply = answer(call, world)
        if world.is_held:
            world.commit()
        return reply.body
