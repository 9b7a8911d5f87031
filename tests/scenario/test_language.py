"""What only language 2 can say, by the front door: texts, values, several at once, what is kept over a restart."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.scenario.fields import SlowPattern, bounded_pattern
from emulator.settings import Settings
from tests.builders import dossier, pull
from tests.conftest import Visitor
from tests.gateways.axis.axis import HAGIANG, QUANGNAM, link
from tests.portal.portal_client import Portal

HEAD = """\
schema_version: "2"
id: thu
title: {vi: Thử, en: Test}
purpose: {vi: Thử, en: Test}
source: ours
good_client: {vi: Thử, en: Test}
"""


def play(visitor: Visitor, text: str, **values: object) -> None:
    wish = {"text": HEAD + text, **({"set": values} if values else {})}
    chosen = visitor.http.put("/__admin/scenario", json=wish)
    assert chosen.status_code == 200, chosen.text


def status(visitor: Visitor) -> int:
    return visitor.btxh("DanhSachHoSo", pull()).status_code


def test_a_scenario_plays_from_its_text_as_it_stands_in_a_file(visitor: Visitor) -> None:
    text = HEAD + "steps:\n  - {on: btxh.*, refuse: {status: 503}}\n"
    assert visitor.http.put("/__admin/scenario", data=text.encode()).json["scenario"] == "thu"
    assert status(visitor) == 503


def test_a_text_that_is_wrong_is_refused_with_line_and_column_and_the_last_one_goes_on(visitor: Visitor) -> None:
    play(visitor, "steps:\n  - {on: btxh.*, refuse: {status: 503}}\n")
    text = HEAD + "steps:\n  - {on: btxh.X, refuse: {status: 503}}\n"
    wrong = visitor.http.put("/__admin/scenario", json={"text": text})
    assert wrong.status_code == 422
    assert "thu.yaml:8:10" in wrong.json["errors"][0]["vi"]
    assert status(visitor) == 503


def test_values_are_set_from_outside_and_a_misspelt_one_is_refused(visitor: Visitor) -> None:
    text = 'params: {ma: 503}\nsteps:\n  - {on: btxh.*, refuse: {status: "{{params.ma}}"}}\n'
    play(visitor, text, ma=502)
    assert (status(visitor), visitor.http.get("/__admin/scenario").json["params"]) == (502, {"ma": "502"})
    refused = visitor.http.put("/__admin/scenario", json={"text": HEAD + text, "set": {"maa": 1}})
    assert refused.status_code == 422
    assert "gần nhất: “ma”" in refused.json["errors"][0]["vi"]


def test_several_scenarios_speak_on_one_call_each_in_the_journal(visitor: Visitor) -> None:
    wish = {"scenarios": [{"scenario": "mang-cham", "set": {"delay": 5}}, {"scenario": "thue-bao-bi-khoa"}]}
    chosen = visitor.http.put("/__admin/scenario", json=wish)
    assert chosen.status_code == 200, chosen.text
    assert [each["scenario"] for each in chosen.json["also"]] == ["thue-bao-bi-khoa"]
    assert status(visitor) == 403
    entry = visitor.journal()[-1]
    assert entry["scenario"] == {
        "id": "thue-bao-bi-khoa",
        "step": "bi-khoa",
        "also": [{"id": "mang-cham", "step": "cham"}],
    }
    assert entry["timing"]["addedDelay"] == 5


def test_once_one_has_answered_another_may_not(visitor: Visitor) -> None:
    wish = {"scenarios": [{"scenario": "thue-bao-bi-khoa"}, {"scenario": "tra-loi-sua-mot-truong"}]}
    assert visitor.http.put("/__admin/scenario", json=wish).status_code == 200
    reply = visitor.btxh("DanhSachHoSo", pull())
    assert (reply.status_code, "X-Phien-Ban" in reply.headers) == (403, False)
    assert "also" not in visitor.journal()[-1]["scenario"]


def test_what_plays_is_kept_over_a_restart(tmp_path: Path, co_ban: Pack) -> None:
    """T3: like faults, clock and settings."""
    place = tmp_path / "store.db"
    first = found_country(Settings(), place, {"co-ban": co_ban})
    play(
        Visitor(first),
        'params: {ma: 503}\nsteps:\n  - {on: btxh.*, nth: 2, refuse: {status: "{{params.ma}}"}}\n',
        ma=502,
    )
    assert status(Visitor(first)) == 200
    first.store.close()
    again = found_country(Settings(), place, {"co-ban": co_ban})
    assert [status(Visitor(again)) for _ in range(2)] == [502, 200]
    again.store.close()


@pytest.mark.parametrize(
    ("when", "is_struck"),
    [
        ("{any: [{body.LoaiDuLieu: '7'}, {body.LoaiDuLieu: '1'}]}", True),
        ("{all: [{body.LoaiDuLieu: '1'}, {body.MaTTHC: '7'}]}", False),
        ("{not: {body.LoaiDuLieu: '7'}}", True),
        ("{not: [{body.LoaiDuLieu: '1'}]}", False),
        ("{body.NgayTiepNhan: {greater: 01/11/2026}}", True),
        ("{body.NgayTiepNhan: {less: 01/11/2026 00:00:00}}", False),
        ("{body.MaXa: {between: ['00000', '99999']}}", True),
        ("{extent//TenTepDinhKem: {contains: pdf}}", True),
        ("{extent//KhongCo: {present: true}}", False),
        ("{agency: H26}", True),
        ("{clock.weekday: [mon, tue, wed, thu, fri, sat, sun]}", True),
        ("{clock.time: {at_least: '08:00', less: '08:00:01'}}", False),
        ("{clock.time: {between: ['23:59', '23:58']}}", True),
        ("{dossier.status: {present: false}}", True),
        ("{dossier.code: {matches: '-0001$'}}", True),
        ("{since: {less: PT1S}}", False),
    ],
)
def test_conditions_look_at_the_call_and_at_what_stands_beside_it(visitor: Visitor, when: str, is_struck: bool) -> None:
    play(visitor, f"steps:\n  - {{on: btxh.DongBoDVC, when: {when}, refuse: {{status: 500}}}}\n")
    assert (visitor.btxh("DongBoDVC", dossier()).status_code == 500) is is_struck


@pytest.mark.parametrize(
    ("words", "struck"),
    [
        ("every: 2", [200, 503, 200, 503, 200]),
        ("after: 2", [200, 200, 503, 503, 503]),
        ("after: 1, every: 2", [200, 200, 503, 200, 503]),
        ("at_most: 2", [503, 503, 200, 200, 200]),
    ],
)
def test_turns_are_said_in_plain_words(visitor: Visitor, words: str, struck: list[int]) -> None:
    play(visitor, f"steps:\n  - {{on: btxh.*, {words}, refuse: {{status: 503}}}}\n")
    assert [status(visitor) for _ in range(5)] == struck


def test_effects_come_before_with_and_after_a_call(visitor: Visitor) -> None:
    play(
        visitor,
        """\
steps:
  - on: btxh.DanhSachHoSo
    effects:
      - {when: before, do: {kind: set, settings: {pull_limit: 1}}}
      - {when: during, do: {kind: set, settings: {portal_steps_limit: 3}}}
      - {after: PT1H, do: {kind: set, settings: {papers_as_sample: true}}}
""",
    )
    assert len(visitor.btxh("DanhSachHoSo", pull()).json["result"]["data"]) == 1
    assert [each["key"] for each in visitor.journal()[-1]["effects"]] == ["portal_steps_limit"]
    settings = visitor.http.get("/__admin/settings").json
    assert (settings["portal_steps_limit"], settings["papers_as_sample"]) == (3, False)
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "PT2H"})
    assert visitor.http.get("/__admin/settings").json["papers_as_sample"] is True


def test_a_timeline_needs_no_step(visitor: Visitor) -> None:
    """F12."""
    visitor.http.put("/__admin/clock", json={"action": "freeze", "to": "2026-12-01T12:00:00+07:00"})
    play(
        visitor,
        """\
timeline:
  - {daily: "01:00", do: {kind: downtime, minutes: 10}}
  - {at: 02/12/2026 08:00:00, do: {kind: set, settings: {pull_limit: 7}}}
""",
    )
    seen = []
    for moment in ("2026-12-02T01:05:00", "2026-12-02T01:15:00", "2026-12-03T01:05:00", "2026-12-03T09:00:00"):
        visitor.http.put("/__admin/clock", json={"action": "set", "to": f"{moment}+07:00"})
        seen.append(status(visitor))
    assert seen == [503, 200, 503, 200]
    assert visitor.http.get("/__admin/settings").json["pull_limit"] == 7


def test_a_scenario_extends_another_and_changes_one_step(visitor: Visitor) -> None:
    play(
        visitor, "extends: mat-tra-loi\nsteps:\n  - {name: qua-thoi-gian, on: btxh.DongBoDVC, refuse: {status: 502}}\n"
    )
    assert visitor.btxh("DongBoDVC", dossier()).status_code == 502
    assert visitor.http.get("/__admin/scenario").json["title"] == {"vi": "Thử", "en": "Test"}


@pytest.mark.parametrize(
    ("when", "is_struck"),
    [
        ("{'body.data[*].MaHoSo': '2'}", True),
        ("{'body.data[*].MaHoSo': {not: '2'}}", False),
        ("{'body.data[*].TaiLieuNop[*].TenTepDinhKem': b.pdf}", True),
        ("{'body.data[*].TaiLieuNop[*].TenTepDinhKem': c.pdf}", False),
        ("{/data/1/MaHoSo: '2'}", True),
        ("{/data/*/MaHoSo: '3'}", False),
        ("{body.data.0.MaHoSo: '2'}", False),
    ],
)
def test_a_star_stands_for_every_element(visitor: Visitor, when: str, is_struck: bool) -> None:
    play(visitor, f"steps:\n  - {{on: dvcqg.mapi.DongBoHoSoMC, when: {when}, answer: {{status: 500, body: x}}}}\n")
    papers = [{"TenTepDinhKem": "a.pdf"}, {"TenTepDinhKem": "b.pdf"}]
    data = [{"MaHoSo": "1"}, {"MaHoSo": "2", "TaiLieuNop": papers}]
    reply = Portal(visitor).call("DongBoHoSoMC", data=data)
    assert (reply.status_code == 500) is is_struck, reply.data


def test_a_host_is_retired_and_a_catalogue_changes_by_the_calendar(visitor: Visitor) -> None:
    play(
        visitor,
        """\
fixtures:
  hosts: [{name: kho-thu.example.vn, subsystem: "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", service: files}]
  files: [{host: kho-thu.example.vn, path: /a.txt, name: a.txt, content_type: text/plain, text: xin chào}]
timeline:
  - {after: P1D, do: {kind: retire-host, host: kho-thu.example.vn}}
  - {after: P1D, do: {kind: agency, code: H77, name: Tỉnh Mới, dstcode: "VN:GOV:000.00.00.H77:moi01"}}
""",
    )
    address, portal = link("/a.txt", HAGIANG, "https://kho-thu.example.vn"), Portal(visitor)
    first = visitor.http.get(address)
    assert (first.status_code, first.data.decode()) == (200, "xin chào")
    assert "H77" not in {row["MACOQUAN"].rpartition(".")[2] for row in portal.rows("LayDanhMucSSTaiTep")}
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P2D"})
    gone = visitor.http.get(address)
    assert (gone.status_code, "Name or service not known" in gone.text) == (500, True)
    assert "H77" in {row["MACOQUAN"].rpartition(".")[2] for row in portal.rows("LayDanhMucSSTaiTep")}


def test_a_fragment_that_is_used_twice_tells_two_stories(visitor: Visitor) -> None:
    play(
        visitor,
        """\
params: {codes: ["2.000286", "1.001731"]}
use:
  - {fragment: tu-choi-mot-lan, with: {value: "2.000286"}}
  - {fragment: tu-choi-mot-lan, with: {value: "1.001731"}}
steps: [{name: ca-hai, on: btxh.DanhSachHoSo, when: {body.MaTinh: "{{params.codes}}"}, refuse: {status: 503}}]
""",
    )
    said = [visitor.btxh("DongBoDVC", dossier(MaTTHC=code)).json["error_code"] for code in ("2.000286", "1.001731")]
    steps = [each["scenario"]["step"] for each in visitor.journal() if each["scenario"]]
    assert (said, steps) == ([-1, -1], ["tu-choi-mot-lan", "tu-choi-mot-lan-2"])


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^(\d+\.)+$", "1." * 200_000 + "x"),
        (r"(\d+\.)+x", "1" * 200_000),
        (r"(-[a-z]+)+!", "-a" * 200_000),
        ("^a.*b.*c", "ab" * 200_000),
    ],
)
def test_what_is_taken_as_a_pattern_ends_on_any_text(pattern: str, text: str) -> None:
    found, begin = bounded_pattern(pattern), process_time()
    assert found.text.search(text[: found.reach]) is None
    assert process_time() - begin < 2


@pytest.mark.parametrize("pattern", ["(a+a)+", "([a-z]+b)+", r"(\w+_)+", r"(\d*\.)+", "(?i)([a-z]+Z)+", "a.*b.*c"])
def test_what_could_be_read_in_too_many_ways_is_refused(pattern: str) -> None:
    with pytest.raises(SlowPattern):
        bounded_pattern(pattern)


def test_a_call_that_is_asked_again_after_an_effect_is_remarked_on_once(visitor: Visitor) -> None:
    play(
        visitor,
        """\
steps:
  - on: province.download
    nth: 2
    effects:
      - {when: before, do: {kind: set, settings: {pull_limit: 7}}}
""",
    )
    said = []
    for _ in range(3):
        assert visitor.http.get(link("/download/124.pdf", HAGIANG), headers={"dstcode": QUANGNAM}).status_code == 200
        said.append([remark["rule"] for remark in visitor.journal()[-1]["remarks"] if remark["rule"] != "scenario"])
    assert visitor.http.get("/__admin/settings").json["pull_limit"] == 7
    assert said == [["two-addresses"]] * 3


def test_whatever_a_call_brings_into_an_effect_the_call_is_answered(visitor: Visitor) -> None:
    """What is filled in is a text; what cannot happen with it lapses, and says so."""
    play(
        visitor,
        """\
steps:
  - on: btxh.DongBoDVC
    effects:
      - {when: before, do: {kind: agency, code: H26, name: "{{call.body}}", dstcode: "{{count}}"}}
      - {when: during, do: {kind: retire-host, host: "{{call.body.MaHoSo}}"}}
      - do: {kind: rename-server, from: "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", to: "{{call.body.MaHoSo}}"}
      - {do: {kind: move, dossier: "{{count}}", status: 4}}
      - {do: {kind: application, procedure: "{{call.body.HoVaTen}}"}}
""",
    )
    for code in ("000.11.26.H26-261120-0001", "x", ""):
        assert visitor.btxh("DongBoDVC", dossier(MaHoSo=code)).status_code == 200
    assert visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P1D"}).status_code == 200
    assert visitor.http.get(link("/download/124.pdf", HAGIANG)).status_code == 200
