"""Tasks of fetching what citizens filed on the ministry's own portal (BTXH 3.1.4 to 3.1.6).

A task tells what an officer would say: fetch what is new since the last time (``since``: where to begin when there was
no last time), at ``now`` or at each of ``moments``. Whose files were fetched whole is reported as received by
``officer``, once. What the ministry then lists is put into the country here; ``expected`` tells the judge about it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from emulator.certification.kit import KitWords
from emulator.certification.tasks.props import HOME_PROVINCE, Assignment, ExpectedFiled, Props
from emulator.certification.vocabulary import Task
from emulator.country.shelf import KEEPSAKES, Base, DetailLink, Dossier, Keepsake, Shelf, step_of
from emulator.country.world import World
from emulator.kernel.clock import iso, moment_text, to_datetime
from emulator.services.btxh import ministry as forms
from emulator.services.btxh.life import moving
from emulator.services.btxh.models import Fields
from emulator.wire.codes import STATUS_NAMES

_SECOND, _MINUTE, _DAY = 1000, 60_000, 86_400_000
_SINCE, _LAST, _CODES, _ODD, _EVER = (f"pulls {word}" for word in ("since", "last", "codes", "odd", "ever"))


def pull_dossiers(given: KitWords, props: Props) -> Assignment:
    """Fetch the new dossiers since the last time, take each over (BTXH 3.1.4).

    ``count`` new ones (2), one of them ``odd`` in its own way (tasks/filed.py), at a place the seed draws; ``papers``
    in each (1), with ``deleted`` one more that was taken back. ``again``: those of the scene before are listed once
    more. ``late``: filed in the very second of the fetch before, after it. ``none``: whatever the window, the ministry
    has nothing for it. ``days``: fetched once a day for so long; ``outage``: for so many days nobody could fetch.
    """
    moments = _moments(given, props)
    if given.get("none"):
        for code in _recall(props, _EVER):
            props.world.dossiers.drop(code)
    moved = [_again(code, props) for code in _recall(props, _CODES)] if given.get("again") else []
    made = [file(number, _at(number, given, props, moments), given, props) for number in _numbers(given, 2)]
    if given.get("days"):  # two more at the very edge of a window
        edges = props.luck("edges").sample(moments[:-1], 2)
        made += [file(len(made) + at, edge, given, props) for at, edge in enumerate(edges, 1)]
    asked = _task("pull-dossiers", props, [*made, *moved], int(given.get("days", 1)))
    if given.get("days"):
        asked.task["moments"] = [iso(moment) for moment in moments]
    return asked


def pull_results(given: KitWords, props: Props) -> Assignment:
    """Fetch the final results since the last time, with their files (BTXH 3.1.5).

    ``count`` finished dossiers (2), or with ``of_last`` those which the scene before took over; their results were
    given in the last hour, or ``ago`` days before it.
    """
    if given.get("of_last"):
        earlier = int(given.get("ago", 0)) * _DAY if props.plan.clock == "follows" else 0
        made = [
            finish(filed_before(code, props), props, _between(props, "given", code) - earlier)
            for code in _recall(props, _CODES)
        ]
    else:
        numbers = _numbers(given, 2)
        made = [_file_finished(number, given, given, props) for number in numbers]
    return _task("pull-results", props, made)


def pull_steps(given: KitWords, props: Props) -> Assignment:
    """Fetch the steps since the last time; of a dossier they call finished, fetch the result, too (BTXH 3.1.6).

    ``count`` dossiers under way (2), of which ``finished`` (0) have come to their end.
    """
    made = [file(number, _at(number, given, props, []), {"steps": (2, 4)}, props) for number in _numbers(given, 2)]
    ended = range(len(made) + 1, len(made) + 1 + int(given.get("finished", 0)))
    words = {"steps": (2, 4, 9, 10)}
    made += [_file_finished(number, given, words, props) for number in ended]
    return _task("pull-steps", props, made)


def _file_finished(number: int, given: KitWords, words: KitWords, props: Props) -> Filed:
    """Return a dossier that was filed, and whose result was given since: each at an instant of its own."""
    filed = file(number, _at(number, given, props, []), words, props)
    return finish(filed, props, max(filed.dossier.received_at, _between(props, "given", number)))


def _task(what: str, props: Props, made: list[Filed], days: int = 1) -> Assignment:
    for code in _recall(props, _ODD):  # the ministry has set right what was wrong before: each test stands by itself
        props.world.dossiers.drop(code)
    _remember(props, _ODD, [each.code for each in made if each.odd])
    since = _recall(props, _SINCE) or [props.world.now_ms // _SECOND * _SECOND - days * _DAY]
    _remember(props, _SINCE, since)
    _remember(props, _LAST, [props.world.now_ms])
    _remember(props, _CODES, [each.code for each in made])
    _remember(props, _EVER, list({*_recall(props, _EVER), *_recall(props, _CODES)}))
    task: Task = {
        "do": what,
        "province": HOME_PROVINCE,
        "district": "",
        "since": iso(since[0]),
        "officer": {"account": "01_mc", "name": "CB Một Cửa", "title": "Cán bộ tiếp nhận hồ sơ"},
    }
    return Assignment(task, {"province": HOME_PROVINCE, "dossiers": [each.as_dict() for each in made]})


def _again(code: str, props: Props) -> Filed:
    """The ministry lists a dossier again that it listed before, now with a later time."""
    return filed_before(code, props).move_receipt(props, _between(props, "again", code))


def _moments(given: KitWords, props: Props) -> list[int]:
    days = int(given.get("days", 1))
    now = props.world.now_ms // _SECOND * _SECOND
    return [now - (days - number) * _DAY for number in range(1, days + 1)]


def _at(number: int, given: KitWords, props: Props, moments: list[int]) -> int:
    """Return when a citizen files: a whole second, since the fetch before and before the one that is asked for."""
    luck = props.luck("filed at", number)
    now = props.world.now_ms // _SECOND * _SECOND
    if given.get("late"):
        return int((_recall(props, _LAST) or [now])[0]) // _SECOND * _SECOND
    if given.get("days"):
        return luck.choice(moments) - luck.randrange(_MINUTE, 20 * 60 * _MINUTE, _SECOND)
    if given.get("outage"):
        return now - luck.randrange(_MINUTE, int(given["outage"]) * _DAY, _SECOND)
    return _between(props, "filed at", number)


def _between(props: Props, *purpose: object) -> int:
    """Return a second of the hour that was turned; for a client by its own clock, the present one."""
    now = props.world.now_ms // _SECOND * _SECOND
    if props.plan.clock != "follows":
        return now
    return now - props.luck(*purpose).randrange(5 * _MINUTE, 50 * _MINUTE, _SECOND)


def _numbers(given: KitWords, usual: int) -> range:
    return range(1, int(given.get("count", usual)) + 1)


def _shelf(world: World) -> Shelf[Keepsake]:
    return Shelf(KEEPSAKES, Base(KEEPSAKES), world)


def _remember(props: Props, name: str, values: list[Any]) -> None:
    import json

    _shelf(props.world).put_record(Keepsake(name, json.dumps(values)))


def _recall(props: Props, name: str) -> list[Any]:
    import json

    kept = _shelf(props.world).get(name)
    return list(json.loads(kept.text)) if kept else []


# Dossiers that citizens filed on the ministry's portal, as a certification puts them there: no life of their own.

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

    def as_dict(self) -> ExpectedFiled:
        """Return what the judge is told."""
        listed_at = (self.dossier.result_given_at if self.results else None) or self.dossier.received_at
        told: ExpectedFiled = {
            "code": self.code,
            "odd": self.odd,
            "files": list(self.files),
            "results": list(self.results),
            "received": moment_text(listed_at),
        }
        if self.deleted:
            told["deleted"] = list(self.deleted)
        return told

    def move_receipt(self, props: Props, moment: int) -> Filed:
        """Let the ministry have received it at another instant."""
        fields = self.dossier.fields | {"NgayTiepNhan": moment_text(moment)}
        dossier = replace(self.dossier, received_at=moment, changed_at=moment, fields=fields)
        props.world.dossiers.put_record(dossier)
        return replace(self, dossier=dossier)


def filed_before(code: str, props: Props) -> Filed:
    """Return a dossier that an earlier scene had filed."""
    return Filed(moving.find_dossier(code, props.world), ())


def file(number: int, moment: int, given: KitWords, props: Props) -> Filed:
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
    row |= {"HKTT_MaTinh": place["province"], "HKTT_MaHuyen": place["district"], "HKTT_MaXa": place["commune"]}
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


def _begin_dossier(dossier: Dossier, given: KitWords, props: Props) -> Dossier:
    """Put a dossier on the shelf with its page and its steps, the last of which is its status."""
    world = props.world
    statuses = [1, *given.get("steps", ())]
    done = replace(dossier, status=statuses[-1], fields=dossier.fields | forms.with_status(statuses[-1]))
    world.dossiers.put_record(done)
    world.detail_links.put_record(DetailLink(forms.page_of(done.fields), done.code))
    for number, status in enumerate(statuses, 1):
        author = moving.author("citizen" if number == 1 else "commune", done, world.settings.gso_era)
        handled = min(done.received_at + (number - 1) * _STEP_MS, world.now_ms // 1000 * 1000)
        fields = forms.step(done.code, status, author, STATUS_NAMES[status], (handled, handled + 5 * 86_400_000))
        world.steps.put_record(step_of(done, number, status, handled, fields))
    return done


def _odd_one(given: KitWords, props: Props) -> int:
    return props.luck("odd one").randrange(1, int(given.get("count", 2)) + 1) if given.get("odd") else 0


def _names(given: KitWords) -> list[str]:
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
