"""Cases of the quirks that a body meets (B12 to B54, B65 to B75)."""

from __future__ import annotations

import unicodedata
from typing import Any

from emulator.wire.reading import QUIRKS, Behaviour
from tests.builders import EXTENT_FINAL, EXTENT_NEW, dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.documents.quirk_table import Stage, case

SIMPLE: dict[str, dict[str, object]] = {
    "B12": {"LoaiDuLieu": 1},
    "B15": {"HinhThucTra": "20/11/2026 08:33:00"},
    "B16": {"MaHoSo": "H26.26.11.001.002-261120-0001"},
    "B17": {"MaHoSo": "000.11.26.H26-261119-0001"},
    "B18": {"MaHoSo": "000.00.15.G07-261120-0001"},
    "B19": {"KenhThucHien": ...},
    "B20": {"NgayThangNamSinh": "15/03/1960 00:00:00"},
    "B21": {"GioiTinhId": "1"},
    "B22": {"DanTocId": "56"},
    "B23": {"CMND": "097060000001"},
    "B24": {"LoaiDinhDanh": "2"},
    "B25": {"NgayThangNamSinh": "15/03/1999"},
    "B26": {"CMND_NgayCap": "10/05/2021 00:00:00"},
    "B27": {"CMND_NoiCap": 1047},
    "B28": {"CMND_NoiCap": ..., "CMND_Noicap": "1047"},
    "B29": {"NOHT_MaThon": "Tổ dân phố 1"},
    "B30": {"MaTinh": "1"},
    "B31": {"NoiNopHoSo": ..., " NoiNopHoSo": "2"},
    "B32": {"HoSoCoThanhPhanSoHoa": "0"},
    "B33": {"TaiKhoanDuocXacThucVoiVNeID": "0"},
    "B34": {"MaCSDL": "1,7"},
    "B36": {"SubmittedDate": ..., "SubmitedDate": "20/11/2026 08:32:35"},
    "B37": {"SubmittedDate": "20/11/2026 08:32:37"},
    "B38": {"UrlDetail": "https://dvcbtxh.molisa.gov.vn/BTXH_ThongTinChung/GetViewDetail/0"},
    "B39": {"CertificateExtentData": ..., "CertificateExtendedData": EXTENT_NEW},
    "B40": {"CertificateExtentData": EXTENT_NEW.replace("DanhSachTaiLieuNop", "DanhsachTaiLieuNop")},
    "B43": {"CertificateExtentData": EXTENT_NEW.replace("'?>", "'>")},
    "B44": {"CertificateExtentData": EXTENT_NEW.replace("<ExtentData>", "<ExtentData xmlns:xsd='urn:xsd'>")},
    "B45": {"CertificateExtentData": EXTENT_NEW.replace("<IsDeleted>", "<KichThuoc>9</KichThuoc><IsDeleted>")},
    "B46": {"CertificateExtentData": EXTENT_NEW.replace("<DuocTaiSuDung>0", "<DuocTaiSuDung>2")},
    "B47": {"CertificateExtentData": EXTENT_FINAL.replace("KQ.G07.000290", "1.001731")},
    "B49": {"CertificateExtentData": "<ExtentData><DanhSachGiayToKetQua /></ExtentData>"},
    "B65": {"CMND_NoiCap": "1246"},
    "B66": {"CMND_NoiCap": "Bộ Công an"},
    "B67": {"StatusId": "12"},
    "B69": {"MaTTHC": "1.009999"},
    "B70": {"HoVaTen": unicodedata.normalize("NFD", "NGƯỜI KHÔNG CÓ THẬT")},
    "B73": {"MaHuyen": ""},
    "B75": {"CertificateExtentData": EXTENT_NEW.replace("https://", "ftp://")},
}
STEPS: dict[str, dict[str, object]] = {
    "B50": {"NgayBatDau": "20/11/2026 08:53:00"},
    "B51": {"NgayKetThucTheoQuyDinh": "19/11/2026"},
    "B53": {"DateEdited": "20/11/2026 09:53:00"},
    "B54": {"DonViXuLy": None},
}


HOAN_KIEM = {"MaTinh": "01", "MaHuyen": "", "MaXa": "00070"}


def error_code(reply: Any) -> int:
    return int(reply.json.get("result", reply.json)["error_code"])


def assert_treated(visitor: Visitor, stage: Stage, quirk: str, reply: Any) -> None:
    """The reply says what the register says of this mode, and the journal names the quirk."""
    is_refused = QUIRKS[quirk].behaviour(stage.mode) is Behaviour.REFUSE
    newest = visitor.journal()[-1]
    assert (error_code(reply) != 0) == is_refused, (reply.json, newest["remarks"])
    levels = {remark["level"] for remark in newest["remarks"] if remark["rule"] == quirk}
    assert levels == {"error" if is_refused else "note"}, newest["remarks"]


def meets_in_dossier(stage: Stage, quirk: str, changes: dict[str, object], **settings: Any) -> None:
    """Push a dossier that is right but for ``changes``; a change to ``...`` leaves the field out."""
    body = {name: value for name, value in dossier(**changes).items() if value is not ...}
    with stage.visiting(**settings) as visitor:
        assert_treated(visitor, stage, quirk, visitor.btxh("DongBoDVC", body))


def meets_in_step(stage: Stage, quirk: str, changes: dict[str, object]) -> None:
    """Push a dossier, then a step that is right but for ``changes``."""
    with stage.visiting() as visitor:
        assert error_code(visitor.btxh("DongBoDVC", dossier())) == 0
        assert_treated(visitor, stage, quirk, visitor.btxh("XuLyHoSo", step(**changes)))


def register() -> None:
    for quirk, changes in SIMPLE.items():
        case(quirk)(lambda stage, quirk=quirk, changes=changes: meets_in_dossier(stage, quirk, changes))
    for quirk, changes in STEPS.items():
        case(quirk)(lambda stage, quirk=quirk, changes=changes: meets_in_step(stage, quirk, changes))


register()


@case("B13")
def a_pull_sends_its_kind_as_a_number(stage: Stage) -> None:
    with stage.visiting() as visitor:
        assert error_code(visitor.btxh("DanhSachHoSo", pull(LoaiDuLieu="100"))) == 0
        assert_treated(visitor, stage, "B13", visitor.btxh("DanhSachHoSo", pull(LoaiDuLieu=100)))


@case("B14")
def a_pull_of_steps_sends_a_kind(stage: Stage) -> None:
    with stage.visiting() as visitor:
        assert_treated(visitor, stage, "B14", visitor.btxh("TienTrinhXuLy", pull(LoaiDuLieu="100")))


def processed(visitor: Visitor) -> None:
    assert error_code(visitor.btxh("DongBoDVC", dossier())) == 0
    for status, day in (("2", "20"), ("4", "21"), ("9", "23")):
        moved = visitor.btxh("XuLyHoSo", step(StatusId=status, ThoiDiemXuLy=f"{day}/11/2026"))
        assert error_code(moved) == 0, moved.json


@case("B35")
def a_final_result_says_it_is_new(stage: Stage) -> None:
    with stage.visiting() as visitor:
        processed(visitor)
        assert_treated(visitor, stage, "B35", visitor.btxh("DongBoDVC", final_result(StatusId="1")))


@case("B48")
def the_kind_alone_tells_a_new_dossier_from_a_final_result(stage: Stage) -> None:
    with stage.visiting() as visitor:
        processed(visitor)
        assert error_code(visitor.btxh("DongBoDVC", final_result())) == 0
        pushes = [entry["clause"] for entry in visitor.journal() if entry["operation"] == "btxh.DongBoDVC"]
        assert pushes == ["BTXH 3.1.1", "BTXH 3.1.3"]


@case("B41")
def a_request_writes_the_list_of_results_with_a_small_s(stage: Stage) -> None:
    xml = EXTENT_NEW.replace("DanhSachGiayToKetQua", "DanhsachGiayToKetQua")
    meets_in_dossier(stage, "B41", {"CertificateExtentData": xml})


@case("B74")
def a_sector_of_a_dissolved_agency_is_noted_after_2025(stage: Stage) -> None:
    units = {f"{prefix}{name}": code for prefix in ("", "HKTT_", "NOHT_") for name, code in HOAN_KIEM.items()}
    meets_in_dossier(stage, "B74", units, gso_era="2025")
