"""The effects of the ministry's living side, and how citizens file there.

``judge_…`` look at words when scheduled, the others act when due.

"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.country.agenda import BadEffect, Lapsed
from emulator.country.effects import LIST, NUMBER, TEXT, EffectKind, EffectTypes
from emulator.country.furnish import nearest, row_findings
from emulator.country.people import person_of
from emulator.country.shelf import DetailLink, Dossier
from emulator.country.world import World
from emulator.kernel.clock import day_text, random_for, to_datetime
from emulator.services.btxh import ministry as forms
from emulator.services.btxh.life import moving
from emulator.services.btxh.life.lives import Chances, Life, life_of, procedures_with_lives
from emulator.services.btxh.life.moving import add_working_hours
from emulator.services.btxh.ministry import Author, procedure_of
from emulator.services.btxh.models import Fields
from emulator.services.btxh.pack_tables import PART
from emulator.wire import gso
from emulator.wire.codes import STATUS_NAMES, status_text

Words = Mapping[str, Any]
_DUE_DAYS = 5


def judge_move_words(words: Words) -> None:
    """Refuse a status or a level that does not exist."""
    if words["status"] not in STATUS_NAMES:
        known = ", ".join(map(str, STATUS_NAMES))
        raise BadEffect("/status", f"không có trạng thái này; có: {known}", f"no such status; there are: {known}")
    level = words.get("level", "commune")
    if level not in moving.LEVELS:
        vi, en = nearest(level, moving.LEVELS)
        raise BadEffect("/level", f"không có cấp này{vi}", f"there is no such level{en}")
    if not 0 <= words.get("due_days", 0) <= 3650:
        raise BadEffect("/due_days", "phải từ 0 đến 3650", "must be from 0 to 3650")


def move(words: Words, world: World) -> None:
    """Move a dossier to a status, with a step."""
    dossier = moving.find_dossier(words["dossier"], world)
    usual = moving.author(words.get("level", "commune"), dossier, world.settings.gso_era)
    name, unit = words.get("officer", usual.name), words.get("unit", usual.unit)
    author = Author(usual.account, name, usual.title, unit)
    note = words.get("note") or f"{name}: {status_text(words['status'])}"
    moving.move(dossier, words["status"], author, note, words.get("due_days", _DUE_DAYS), world)


def attach_result(words: Words, world: World) -> None:
    """Attach a result with its file to a dossier, whatever its status."""
    dossier = moving.find_dossier(words["dossier"], world)
    moving.issue(dossier, words.get("name", "quyetdinh.pdf"), words.get("result_code", ""), world)


def judge_application_words(words: Words) -> None:
    """Refuse a person, a place or a procedure that cannot be."""
    judge(words)


def file_application(words: Words, world: World) -> None:
    """Let a citizen file on the ministry's portal."""
    file(words, world)


def live_on(words: Words, world: World) -> None:
    """Let a dossier reach the next stage of its procedure's life."""
    reach(words["dossier"], words["stage"], words["been"], world)


def arrive(_: Words, world: World) -> None:
    """Schedule the applications of the day that begins now, and the day after it."""
    schedule_day(world)


_OFFICER: EffectTypes = {"level": TEXT, "officer": TEXT, "unit": TEXT, "note": TEXT, "due_days": NUMBER}
_WISH: EffectTypes = {
    "procedure": TEXT,
    "province": TEXT,
    "district": TEXT,
    "commune": TEXT,
    "person": (str, dict),
}
EFFECTS: dict[str, EffectKind] = {
    "move": EffectKind(
        move,
        {"dossier": TEXT, "status": NUMBER},
        _OFFICER,
        judge_move_words,
        title=("chuyển trạng thái hồ sơ", "a dossier is moved on"),
    ),
    "result": EffectKind(
        attach_result,
        {"dossier": TEXT},
        {"name": TEXT, "result_code": TEXT},
        title=("gắn kết quả vào hồ sơ", "a result is attached to a dossier"),
    ),
    "application": EffectKind(
        file_application,
        {},
        _WISH,
        judge_application_words,
        title=("công dân nộp hồ sơ tại Bộ", "a citizen files at the ministry"),
    ),
    "stage": EffectKind(
        live_on,
        {"dossier": TEXT, "stage": TEXT, "been": LIST},
        {},
        title=("hồ sơ sang bước kế tiếp", "a dossier comes to its next step"),
    ),
    "arrivals": EffectKind(
        arrive,
        {},
        {},
        woken_by="applications_per_day",
        title=("hồ sơ mới đến trong ngày", "the day's new dossiers arrive"),
    ),
}


# Citizens file on the ministry's own portal: one application, or those of a day (model A2, BTXH 1.2).

# The course of a dossier: from stage to stage of its procedure's life, by seeded chance, in working hours.


def pick(chances: Chances, *parts: object) -> str:
    """Return one name by its weight; the parts alone decide."""
    names = list(chances)
    return random_for(*parts).choices(names, [chances[name] for name in names])[0]


def reach(code: str, stage_name: str, been: list[str], world: World) -> None:
    """Let a dossier reach a stage, and schedule the next one.

    Raises:
        Lapsed: somebody else has taken the dossier elsewhere, or the life no longer has that stage.
    """
    dossier = moving.find_dossier(code, world)
    life = life_of(world.pack, procedure_of(dossier.fields))
    if life is None or stage_name not in life.stages:
        raise Lapsed(f"Không có chặng {stage_name} cho {code}", f"there is no stage {stage_name} for {code}")
    stage = life.stages[stage_name]
    author = moving.author(stage.level, dossier, world.settings.gso_era)
    note = stage.note.format(officer=author.name, unit=author.unit, status=STATUS_NAMES[stage.status])
    if stage.result:
        dossier = moving.issue(dossier, stage.result, "", world)
    moved = moving.move(dossier, stage.status, author, note, stage.due_days, world)
    go_on(moved, life, stage_name, [*been, stage_name], world)


def go_on(dossier: Dossier, life: Life, stage_name: str, been: list[str], world: World) -> None:
    """Schedule what follows a stage; nothing when it is the last."""
    chances = {
        name: weight
        for name, weight in life.stages[stage_name].next.items()
        if been.count(name) < life.stages[name].most
    }
    if not chances:
        return
    seed = world.sandbox.definition.seed
    following = pick(chances, seed, dossier.code, "next", len(been))
    least, most = life.stages[following].after_h
    hours = random_for(seed, dossier.code, "hours", len(been)).uniform(least, most)
    effect = {"kind": "stage", "dossier": dossier.code, "stage": following, "been": been}
    world.agenda.add(add_working_hours(world.now_ms, hours), effect)


_DAY_MS = 86_400_000
_FROM_S, _UNTIL_S = 7 * 3600, 21 * 3600  # citizens file between 07:00 and 21:00; ours
_FIRST_NUMBER = 5000  # the numbers below are the samples' and the pack's
Row = Mapping[str, str | None]


def judge(words: Mapping[str, Any]) -> None:
    """Refuse a person who might be somebody, and codes that are none.

    Raises:
        BadEffect: which word is wrong, and why.
    """
    person = words.get("person")
    if isinstance(person, Mapping):
        for finding in row_findings("people", "1", person, PART):
            raise BadEffect("/".join(("/person", *finding.path[2:])), finding.vi, finding.en)
    for name, length in (("province", 2), ("district", 3), ("commune", 5)):
        code = words.get(name)
        if code is not None and not (len(code) == length and code.isascii() and code.isdigit()):
            raise BadEffect(f"/{name}", f"phải là mã GSO gồm {length} chữ số", f"must be a GSO code of {length} digits")


def file(words: Mapping[str, Any], world: World) -> Dossier:
    """Let a citizen file a dossier, which goes on living by itself; return it.

    Raises:
        Lapsed: the procedure, the person or the place is not known, the procedure is retired, or there is no room.
    """
    full = world.why_full()
    if full:
        raise Lapsed(*full)
    number = world.count("application")
    luck = (world.sandbox.definition.seed, "application", number)
    procedure, life = _procedure(words.get("procedure"), luck, world)
    person = _person(words, number, world)
    place = _place(words, person, luck, world)
    moment = world.now_ms // 1000 * 1000
    code = _code(world)
    fields = forms.filed_fields(code, procedure, person, place, moment)
    fields = forms.with_papers(fields, world.uuid(f"page/{code}"), list(_papers(code, life, world)))
    dossier = Dossier(
        code=code,
        origin="ministry",
        province_code=place.province_code,
        district_code=place.district_code,
        commune_code=place.commune_code,
        status=0,
        owner_id=forms.person_id(person),
        received_at=moment,
        submitted_at=moment,
        changed_at=world.now_ms,
        fields=fields,
    )
    return _begin(dossier, life, luck, world)


def _begin(dossier: Dossier, life: Life, luck: tuple[object, ...], world: World) -> Dossier:
    first = pick(life.first, *luck, "first")
    stage = life.stages[first]
    author = moving.author(stage.level, dossier, world.settings.gso_era)
    begun = moving.begin(dossier, stage.status, author, stage.note.format(officer=author.name, unit=author.unit), world)
    page = forms.page_of(begun.fields)
    world.detail_links.put_record(DetailLink(page, begun.code))
    go_on(begun, life, first, [first], world)
    return begun


def schedule_day(world: World) -> None:
    """Schedule the applications of the virtual day that is under way, and its successor at midnight.

    Nothing while ``applications_per_day`` is 0: whoever sets it begins again.
    """
    rate = world.settings.applications_per_day
    if not rate:
        return
    moment = to_datetime(world.now_ms)
    midnight = world.now_ms - (moment.hour * 3600 + moment.minute * 60 + moment.second) * 1000 - world.now_ms % 1000
    luck = random_for(world.sandbox.definition.seed, "day", day_text(world.now_ms))
    for second in sorted(luck.randrange(_FROM_S, _UNTIL_S) for _ in range(rate)):
        due = midnight + second * 1000
        if due >= world.now_ms:
            world.agenda.add(due, {"kind": "application"})
    world.agenda.add(midnight + _DAY_MS, {"kind": "arrivals"})


def _procedure(wanted: str | None, luck: tuple[object, ...], world: World) -> tuple[Row, Life]:
    retired = world.settings.retired_procedures
    offered = [code for code in procedures_with_lives(world.pack) if code not in retired]
    code = wanted or (random_for(*luck, "procedure").choice(offered) if offered else "")
    row = forms.procedure_row(world.pack.rows("procedures"), code)
    life = life_of(world.pack, code)
    if code in retired or row is None or life is None:
        vi = f"Cổng của Bộ không nhận hồ sơ thủ tục {code}"
        raise Lapsed(vi, f"the ministry takes no dossiers of procedure {code}")
    return row, life


def _person(words: Mapping[str, Any], number: int, world: World) -> Row:
    wanted, rows = words.get("person"), world.people()
    if isinstance(wanted, Mapping):
        return wanted
    if wanted is not None:
        found = next((row for row in rows if forms.person_id(row) == wanted), None)
        if found is None:
            raise Lapsed(f"Gói dữ liệu không có công dân {wanted}", f"the pack has no citizen {wanted}")
        return found
    near = [row for row in rows if _lives_at(row, words)]
    if number <= len(near):
        return near[number - 1]
    return _stranger(world.sandbox.definition.seed, number - len(near))


def _lives_at(row: Row, words: Mapping[str, Any]) -> bool:
    place = forms.applicant_place(row)
    wanted = (words.get("province"), words.get("district"), words.get("commune"))
    return bool(place[2]) and all(want in (None, have) for want, have in zip(wanted, place, strict=True))


def _stranger(seed: int, number: int) -> Fields:
    it = person_of(seed, number)
    born, issued = (f"{day:%d/%m/%Y}" for day in (it.born_on, it.id_issued_on))
    return forms.stranger(it.name.upper(), born, it.gender_id, it.citizen_id, issued, (it.phone, it.mail))


def _place(words: Mapping[str, Any], person: Row, luck: tuple[object, ...], world: World) -> forms.Place:
    wanted = [str(words.get(name) or "") for name in ("province", "district", "commune")]
    known = sorted({forms.applicant_place(row) for row in world.people() if _lives_at(row, words)})
    home = forms.applicant_place(person)
    if not any(wanted) and home[2]:
        codes = home
    elif known:
        codes = home if home in known else random_for(*luck, "place").choice(known)
    else:
        codes = _somewhere(wanted, luck, world)
    return moving.place_of(world.settings.gso_era, *codes)


def _somewhere(wanted: list[str], luck: tuple[object, ...], world: World) -> tuple[str, str, str]:
    """Return a place inside what is wanted, by the catalogue of GSO."""
    dice, era = random_for(*luck, "place"), world.settings.gso_era
    province, district, commune = wanted
    province = province or dice.choice(sorted(gso.provinces(era)))
    if era == "2023" and not district and not commune:
        district = dice.choice(sorted(gso.districts(province)) or [""])
    if not commune:
        commune = dice.choice(sorted(gso.communes(era, province, district)) or [""])
    if gso.misfit(era, province, district, commune):
        raise Lapsed(f"Không có địa bàn {wanted}", f"there is no place {wanted}")
    return province, district, commune


def _code(world: World) -> str:
    day = f"{to_datetime(world.now_ms):%y%m%d}"
    while True:
        code = f"{forms.UNIT}-{day}-{world.count(f'dossiers of {day}') + _FIRST_NUMBER:04d}"
        if world.dossiers.get(code) is None:
            return code


def _papers(code: str, life: Life, world: World) -> Iterator[forms.FiledPaper]:
    for name in life.papers:
        number = world.count("filed-paper") + 50_000
        yield moving.keep(
            number, name, (name.removesuffix(".pdf").upper(), f"Ho so {code}", "Tai lieu gia dinh"), world
        )
