"""Dossiers that citizens filed on the ministry's portal, as a certification puts them there: no life of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emulator.certification.tasks.props import HOME_PROVINCE, Props
from emulator.country.records import DetailLink, Dossier, step_of
from emulator.kernel.clock import moment_text, to_datetime
from emulator.services.btxh import ministry as forms
from emulator.services.btxh.life import moving, units
from emulator.services.btxh.models import Fields
from emulator.wire.codes import STATUS_NAMES

Words = Mapping[str, Any]
_FIRST = 7000  # serials below are the pack's, the samples' and those of the ministry's living side
_FIRST_FILE = 80_000
_STEP_MS = 20_000
_NULLS = ("SoDienThoai", "Email", "CMND_NoiCap", "CMND_NgayCap", "HKTT_MaThon", "HKTT_ChiTiet", "MaCSDL")


@dataclass(frozen=True)
class Filed:
    """One dossier: ``files`` handed in, ``deleted`` ones taken back, ``results`` issued (paths).

    ``odd`` is what is wrong with it, or empty.
    """

    dossier: Dossier
    files: tuple[str, ...]
    odd: str = ""
    results: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Return the dossier's code."""
        return self.dossier.code

    def as_dict(self) -> dict[str, Any]:
        """Return what the judge is told."""
        told = {"code": self.code, "odd": self.odd, "files": list(self.files), "results": list(self.results)}
        told |= {"deleted": list(self.deleted)} if self.deleted else {}
        listed_at = (self.dossier.result_given_at if self.results else None) or self.dossier.received_at
        return told | {"received": moment_text(listed_at)}

    def move_receipt(self, props: Props, moment: int) -> Filed:
        """Let the ministry have received it at another instant."""
        fields = self.dossier.fields | {"NgayTiepNhan": moment_text(moment)}
        dossier = replace(self.dossier, received_at=moment, changed_at=moment, fields=fields)
        props.world.dossiers.put_record(dossier)
        return replace(self, dossier=dossier)


def filed_before(code: str, props: Props) -> Filed:
    """Return a dossier that an earlier scene had filed."""
    return Filed(moving.find_dossier(code, props.world), ())


def file(number: int, moment: int, given: Words, props: Props) -> Filed:
    """Let the scene's ``number``-th citizen file at an instant, and return the dossier.

    ``papers`` (1) files; ``ampersand`` in their names; ``deleted``: one more that the citizen took back, and that is
    still listed. ``odd`` falls on one of the ``count`` dossiers: broken-xml, missing-file, unknown-procedure or nulls.
    ``steps``: the statuses it went through since.
    """
    odd = str(given.get("odd", "")) if number == _odd_one(given, props) else ""
    person, place = props.person(number), props.place(number)
    born, issued = (f"{day:%d/%m/%Y}" for day in (person.born_on, person.id_issued_on))
    reached_by = (person.phone, person.mail)
    row = forms.stranger(person.name, born, person.gender_id, person.citizen_id, issued, reached_by)
    row |= {f"HKTT_{name}": place[key] for name, key in _CODES.items()}
    at = forms.Place(HOME_PROVINCE, place["district"], place["commune"], place["unit"])
    code = _code(moment, props)
    papers = [_paper(props, name, odd) for name in _names(given)]
    if given.get("deleted"):
        gone = replace(_paper(props, "nop-nham.pdf", ""), is_deleted=True)
        papers.insert(props.luck("deleted", number).randrange(len(papers) + 1), gone)
    fields = forms.filed_fields(code, _procedure(number, odd, props), row, at, moment)
    fields = forms.with_papers(fields, props.uuid(f"page/{code}"), papers)
    dossier = Dossier(
        code=code,
        origin="ministry",
        province_code=at.province_code,
        district_code=at.district_code,
        commune_code=at.commune_code,
        status=1,
        owner_id=person.citizen_id,
        received_at=moment,
        submitted_at=moment,
        changed_at=moment,
        fields=_spoilt(fields, odd),
    )
    kept, gone_ones = ([paper.path for paper in papers if paper.is_deleted is gone] for gone in (False, True))
    return Filed(_begin_dossier(dossier, given, props), tuple(kept), odd, deleted=tuple(gone_ones))


_CODES = {"MaTinh": "province", "MaHuyen": "district", "MaXa": "commune"}


def finish(filed: Filed, props: Props, given_at: int) -> Filed:
    """Let the ministry have issued the result of a dossier at an instant: status 10, one file."""
    before = set(_results(filed.dossier.result_fields))
    issued = moving.issue(filed.dossier, "quyet-dinh.pdf", "", props.world)
    fields = (issued.result_fields or {}) | forms.with_status(10)
    done = replace(issued, status=10, result_fields=fields, result_given_at=given_at)
    props.world.dossiers.put_record(done)
    return replace(filed, dossier=done, results=tuple(set(_results(done.result_fields)) - before))


def _results(fields: Fields | None) -> list[str]:
    told = (fields or {}).get("CertificateExtentData") or ""
    links = told.split("<DuongDanTepTinKetQua>")[1:]
    return [link.partition("</")[0].removeprefix(forms.SITE) for link in links]


def _begin_dossier(dossier: Dossier, given: Words, props: Props) -> Dossier:
    """Put a dossier on the shelf with its page and its steps, the last of which is its status."""
    world = props.world
    statuses = [1, *given.get("steps", ())]
    done = replace(dossier, status=statuses[-1], fields=dossier.fields | forms.with_status(statuses[-1]))
    world.dossiers.put_record(done)
    world.detail_links.put_record(DetailLink(forms.page_of(done.fields), done.code))
    for number, status in enumerate(statuses, 1):
        author = units.author("citizen" if number == 1 else "commune", done, world.settings.gso_era)
        handled = min(done.received_at + (number - 1) * _STEP_MS, world.now_ms // 1000 * 1000)
        fields = forms.step(done.code, status, author, STATUS_NAMES[status], (handled, handled + 5 * 86_400_000))
        world.steps.put_record(step_of(done, number, status, handled, fields))
    return done


def _odd_one(given: Words, props: Props) -> int:
    return props.luck("odd one").randrange(1, int(given.get("count", 2)) + 1) if given.get("odd") else 0


def _names(given: Words) -> list[str]:
    names = ["to-khai&phu-luc.pdf" if given.get("ampersand") else "to-khai.pdf", "giay-xac-nhan.pdf"]
    return names[: 2 if given.get("odd") == "broken-xml" else int(given.get("papers", 1))]


def _paper(props: Props, name: str, odd: str) -> forms.FiledPaper:
    number = props.world.count("certification paper") + _FIRST_FILE
    if odd == "missing-file":
        day = f"{to_datetime(props.world.now_ms):%Y%m%d}"
        return forms.FiledPaper(number, name, f"/file/{day}/{props.uuid(f'lost/{number}')}{name}")
    return moving.keep(number, name, (f"Tep so {number}", "Tai lieu gia dinh"), props.world)


def _procedure(number: int, odd: str, props: Props) -> Fields:
    row = props.procedure(number)
    found: Fields = {"MaTTHC": row["code"], "TenTTHC": row["name"]}
    found |= {"MaLinhVuc": row["sector_code"], "TenLinhVuc": row["sector_name"]}
    if odd == "unknown-procedure":
        found |= {"MaTTHC": f"1.{props.luck('unknown').randrange(990_000, 999_999)}", "TenTTHC": "Thủ tục mới ban hành"}
    return found


def _spoilt(fields: Fields, odd: str) -> Fields:
    if odd == "nulls":
        return fields | dict.fromkeys(_NULLS)
    if odd == "broken-xml":  # cut behind the first of two documents: whoever repairs it loses the second
        text = fields["CertificateExtentData"] or ""
        return fields | {"CertificateExtentData": text[: text.index("</TaiLieuNop>") + len("</TaiLieuNop><Tai")]}
    return fields


def _code(moment: int, props: Props) -> str:
    serial = props.world.count("certification dossier")
    return f"{forms.UNIT}-{to_datetime(moment):%y%m%d}-{_FIRST + serial % 2999:04d}"
