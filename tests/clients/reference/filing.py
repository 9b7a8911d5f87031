"""A dossier on its way to the national portal, with papers from Kho DL and with results."""

from __future__ import annotations

from typing import Any

from tests.clients.reference.khodl import KhoDl, NotAFile, Refused, stamp
from tests.clients.reference.wire import Lost

Words = dict[str, Any]


class Filing:
    """What the counter does; ``papers`` is its way to the portal, ``log`` what is left for a person."""

    def __init__(self, papers: KhoDl, log: list[str]) -> None:
        self.papers, self.log = papers, log

    def file_with_papers(self, task: Words) -> None:
        """Look for the components in Kho DL, fetch what the citizen chooses, and send the dossier."""
        try:
            components = self.papers.components(self.papers.national(task["procedure"]["code"]))
            attached = [each for wish in task["components"] for each in self.attachments(wish, components, task)]
            self.push(task, "2", attached, [])
        except (Refused, Lost) as trouble:
            self.log.append(f"{task['dossier_code']}: {trouble}")

    def attachments(self, wish: Words, components: dict[str, Words], task: Words) -> list[Words]:
        """Return the rows of one component's paper; without one the citizen uploads by hand."""
        component = components[wish["name"]]
        try:
            if "security-servers-changed" in task["notices"]:
                self.papers.refreshed(task["now"])
            found = self.papers.find(task, [(component["MA_KQ_THAYTHE"], wish["stated_number"])])
            paper = self.chosen(found, wish, task)
            return self.fetched(paper, component, task) if paper else []
        except (Refused, Lost, NotAFile) as trouble:
            self.log.append(f"{task['dossier_code']}: {wish['name']}: {trouble}")
            return []

    def chosen(self, found: list[Words], wish: Words, task: Words) -> Words | None:
        """Return what the citizen picked of the papers that were shown."""
        picks = {each["component"]: each["number"] for each in task["citizen_chooses"]}
        return next((paper for paper in found if paper["SoKyHieu"] == picks[wish["name"]]), None)

    def fetched(self, paper: Words, component: Words, task: Words) -> list[Words]:
        """Fetch every file of a paper; one that fails spoils the paper."""
        rows = []
        for file in paper["DanhSachTepDinhKem"]:
            self.keep(self.papers.fetch(file, paper["CoQuanChuQuan"], task["now"]))
            rows.append(self.row(paper, file, component))
        return rows

    def keep(self, content: bytes) -> None:
        """Put the bytes into our own store; here they are only counted."""
        self.log.append(f"{len(content)} bytes")

    def row(self, paper: Words, file: Words, component: Words) -> Words:
        return {
            "TepDinhKemId": "",
            "TenTepDinhKem": self.papers.name(file),
            "IsDeleted": "False",
            "MaThanhPhanHoSo": component["MAGIAYTO"],
            "DuongDanTaiTepTin": file["DuongDan"],
            "DuocSoHoa": "1",
            "DuocTaiSuDung": "2",
            "DuocLayTuKhoDMQG": "1",
            "MaKetQuaThayThe": paper["MaKetQua"],
        }

    def own(self, file: Words) -> Words:
        """What the citizen uploaded by hand."""
        return {
            "TepDinhKemId": "",
            "TenTepDinhKem": file["name"],
            "IsDeleted": "False",
            "MaThanhPhanHoSo": "",
            "DuongDanTaiTepTin": file["url"],
            "DuocSoHoa": "1",
            "DuocTaiSuDung": "0",
            "DuocLayTuKhoDMQG": "0",
            "MaKetQuaThayThe": "",
        }

    def finish_with_result(self, task: Words) -> None:
        """Send a finished dossier with its results, so that they can enter the citizen's Kho DL (KDL III.1)."""
        try:
            self.papers.components(self.papers.national(task["procedure"]["code"]))
            self.push(task, "9", [], [self.result(each) for each in task["results"]])
        except (Refused, Lost) as trouble:
            self.log.append(f"{task['dossier_code']}: {trouble}")

    def result(self, given: Words) -> Words:
        """One result under its code in the national catalogue (KDL II.2)."""
        codes = {each["TENKETQUA"]: each["MAKETQUA"] for each in self.papers.row["KETQUATHUCHIEN"]}
        return {
            "TenGiayTo": given["name"],
            "MaThanhPhanHoSo": "",
            "GiayToId": "1",
            "DuongDanTepTinKetQua": given["url"],
            "MaGiayToKetQua": codes[given["name"]],
        }

    def push(self, task: Words, status: str, attached: list[Words], results: list[Words]) -> None:
        """Send the dossier; what the portal refuses is left for a person."""
        rows = [*map(self.own, task["files"]), *attached]
        for number, row in enumerate(rows, 1):
            row["TepDinhKemId"] = str(number)
        body = self.dossier(task, status) | {"TaiLieuNop": rows, "DanhSachGiayToKetQua": results}
        self.papers.mapi("DongBoHoSoMC", isUpdating=str(bool(task.get("known_to_portal"))), data=[body])

    def dossier(self, task: Words, status: str) -> Words:
        row, it = self.papers.row, task["applicant"]
        sector = row["LINHVUCTHUCHIEN"][0]
        finished = task.get("finished_at")
        return {
            "MaHoSo": task["dossier_code"],
            "MaTTHC": row["MATTHC"],
            "TenTTHC": row["TENTTHC"],
            "MaLinhVuc": sector["MALINHVUC"],
            "TenLinhVuc": sector["TENLINHVUC"],
            "KenhThucHien": "1" if task["channel"] == "in-person" else "2",
            "ChuHoSo": it["full_name"],
            "LoaiDoiTuong": "1",
            "MaDoiTuong": "",
            "Email": it["email"],
            "SoDienThoai": it["phone"],
            "TrichYeuHoSo": task["summary"],
            "NgayTiepNhan": stamp(task["received_at"]),
            "NgayHenTra": stamp(task["due_at"]),
            "TrangThaiHoSo": status,
            "NgayTra": stamp(finished) if finished else "",
            "HinhThuc": "0",
            "NgayKetThucXuLy": stamp(finished) if finished else "",
            "DonViXuLy": task["unit"],
            "NoiNopHoSo": "2",
            "HoSoCoThanhPhanSoHoa": "1",
            "TaiKhoanDuocXacThucVoiVNeID": "0",
            "DuocThanhToanTrucTuyen": "0",
            "NgayNopHoSo": stamp(task["submitted_at"]),
            "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": it["citizen_id"]}],
            "DSKetNoiCSDL": [{"MaCSDL": "1"}],
        }
