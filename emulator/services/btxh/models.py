"""What a body says once it has been read: values for the rules, official fields for the record."""

from __future__ import annotations

from dataclasses import dataclass, field

Fields = dict[str, str | None]
NEW_DOSSIER = 1
FINAL_RESULT = 100


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """One ``TaiLieuNop`` of the XML (BTXH 3.1.1)."""

    attachment_name: str
    link: str
    component_code: str = ""
    is_digitised: bool = False


@dataclass(frozen=True, slots=True)
class ResultPaper:
    """One ``GiayToKetQua`` of the XML (BTXH 3.1.3)."""

    paper_title: str
    link: str
    result_code: str


@dataclass(frozen=True, slots=True)
class ExtentData:
    """``CertificateExtentData`` (BTXH 3.1.1 field 44, B39 to B49)."""

    submitted_documents: tuple[SubmittedDocument, ...] = ()
    result_papers: tuple[ResultPaper, ...] = ()


@dataclass(frozen=True, slots=True)
class DossierForm:
    """A body of ``DongBoDVC``. ``fields`` are the official fields as normalised; times are instants in ms."""

    record_kind: int
    code: str
    province_code: str
    district_code: str
    commune_code: str
    status: int
    owner_id: str
    received_at: int
    submitted_at: int
    fields: Fields
    extent: ExtentData = field(default_factory=ExtentData)


@dataclass(frozen=True, slots=True)
class StepForm:
    """A body of ``XuLyHoSo`` (BTXH 3.1.2)."""

    code: str
    status: int
    handled_at: int
    started_at: int
    due_at: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class PullForm:
    """A body of ``DanhSachHoSo`` or ``TienTrinhXuLy`` (BTXH 3.1.4 to 3.1.6); empty codes mean all."""

    record_kind: int | None
    province_code: str
    district_code: str
    commune_code: str
    first_ms: int
    last_ms: int
