"""The sample clients of examples/clients hold the same conversation with a real server, in every language at hand."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.axis_country import AxisCountry
from tests.examples.languages import CLIENTS, LANGUAGES, Ended, Language, ended, shim
from tests.serving import ROOT, Server
from tests.serving import command as serve

CODE = re.compile(r"000\.11\.26\.H26-261120-\d{4}")
CONVERSATION = [
    "token: 200",
    "DongBoDVC (1) CODE: 0 Đồng bộ dữ liệu thành công",
    "XuLyHoSo CODE: 0 Đồng bộ dữ liệu thành công",
    "DongBoDVC (100) CODE: 0 Đồng bộ dữ liệu thành công",
    "DanhSachHoSo (1): 0 Lấy dữ liệu thành công; 11 hồ sơ",
    "xong / done",
]
PUSHES = ["btxh.DongBoDVC", "btxh.XuLyHoSo", "btxh.DongBoDVC"]
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1") as running:
        yield running


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Language]:
    """Every language whose runtime is here, compiled where there is a compiler."""
    folder = tmp_path_factory.mktemp("compiled")
    return {name: each.compiled(folder) for name, each in LANGUAGES.items() if not each.missing}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, ready: Mapping[str, Language]) -> Language:
    """The client as its user runs it: Java from its source, C# compiled."""
    it = LANGUAGES[request.param]
    if it.missing:
        pytest.skip(f"{it.name}: không có / there is no `{it.missing}` on this machine")
    return ready["csharp"] if it.name == "csharp" else it


@pytest.fixture
def country(server: Server, language: Language, request: pytest.FixtureRequest) -> Iterator[AxisCountry]:
    made = AxisCountry(server, f"{language.name}-{abs(hash(request.node.name)):x}")
    yield made
    made.drop()


def held(language: Language, country: AxisCountry, *words: str) -> Ended:
    """Let a client talk to a country of its own."""
    pair = country.consumer
    keys = {"NDXP_CONSUMER_KEY": pair["consumer_key"], "NDXP_CONSUMER_SECRET": pair["consumer_secret"]}
    return ended(language.start(*words, NDXP_EMULATOR_URL=country.security_server, **keys))


def calls(country: AxisCountry) -> list[tuple[str, str]]:
    return [(each["operation"], each["outcome"]) for each in country.journal()]


def extent(country: AxisCountry, position: int) -> ET.Element:
    """Return the XML inside the JSON of one of the dossiers that arrived."""
    pushed = [each for each in country.journal() if each["operation"] == "btxh.DongBoDVC"]
    told = country.do("GET", f"/requests/{pushed[position]['id']}")
    return ET.fromstring(json.loads(told["request"]["body"])["CertificateExtentData"])


def test_a_dossier_goes_its_whole_way(language: Language, country: AxisCountry) -> None:
    said = held(language, country)
    assert (said.code, said.complained) == (0, "")
    assert [CODE.sub("CODE", line) for line in said.said] == CONVERSATION
    assert len(set(CODE.findall("".join(said.said)))) == 1
    wanted = ["ndxp.token", *PUSHES, "btxh.DanhSachHoSo"]
    assert calls(country) == [(operation, "answered") for operation in wanted]
    known = json.loads((CLIENTS / "mau.json").read_text(encoding="utf-8"))["dossier"]
    assert extent(country, 0).findtext(".//TenTepDinhKem") == known["files"][0]["name"]
    assert extent(country, 1).findtext(".//DuongDanTepTinKetQua") == known["results"][0]["url"]


def test_a_token_is_renewed_once_and_a_refused_dossier_is_not_sent_again(
    language: Language, ready: Mapping[str, Language], country: AxisCountry
) -> None:
    country.do("PUT", "/faults", {"faults": [{"fault": "token-expired", "on": "btxh.DongBoDVC", "nth": [1]}]})
    said = held(ready[language.name], country, "sai")
    assert (said.code, said.said) == (1, ["token: 200"])
    assert said.complained.startswith("bị từ chối / refused: DongBoDVC (1) 000.11.26.H26-")
    assert "-6 MaTTHC “1.009999” không thuộc 11 thủ tục phải kết nối" in said.complained
    wanted = ["ndxp.token", "btxh.DongBoDVC", "ndxp.token", "btxh.DongBoDVC"]
    assert [operation for operation, _ in calls(country)] == wanted


def test_tasks_of_a_certification_are_done_with_one_token(
    language: Language, ready: Mapping[str, Language], country: AxisCountry, tmp_path: Path
) -> None:
    """Driven twice: what is refused is left for a person, and a reply that breaks off is asked for again."""
    country.do("PUT", "/faults", {"faults": [{"fault": "cut-in-body", "on": "btxh.XuLyHoSo", "nth": [1]}]})
    good = json.loads((CLIENTS / "mau.json").read_text(encoding="utf-8"))["dossier"]
    bad = good | {"dossier_code": "000.11.26.H26-261120-0002", "procedure": good["procedure"] | {"code": "1.009999"}}
    keys = {"production": country.consumer}
    context = {"base_url": country.security_server, "credentials": keys, "state_dir": str(tmp_path)}
    for what, dossiers in {"push-course": [bad, good], "push-results": [finished(good)]}.items():
        task = {"do": what, "now": "2026-11-21T08:00:00+07:00", "dossiers": dossiers}
        (tmp_path / "context.json").write_text(json.dumps(context | {"task": task}), encoding="utf-8")
        said = ended(ready[language.name].start(NDXP_CERT_CONTEXT=str(tmp_path / "context.json")))
        assert (said.code, said.complained) == (0, "")
    wanted = ["ndxp.token", "btxh.DongBoDVC", "btxh.DongBoDVC", "btxh.XuLyHoSo", "btxh.XuLyHoSo", "btxh.DongBoDVC"]
    assert [operation for operation, _ in calls(country)] == wanted
    assert [outcome for _, outcome in calls(country)] == ["answered", "refused"] + ["answered"] * 4


def finished(dossier: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in dossier.items() if name != "steps"} | {"status": {"name": "Đã trả kết quả"}}


def test_where_nobody_answers_every_client_ends_with_2(ready: Mapping[str, Language]) -> None:
    started = [each.start(NDXP_EMULATOR_URL=NOWHERE) for each in ready.values()]
    assert len(started) == len(ready) > 0
    for client in started:
        said = ended(client)
        assert (said.code, said.said) == (2, []), said
        assert said.complained.startswith(f"không gọi được / cannot reach: {NOWHERE}/token"), said


def test_without_an_address_every_client_starts_an_emulator_and_ends_it(
    server: Server, ready: Mapping[str, Language], tmp_path: Path
) -> None:
    """The program that they start is found on PATH; its ready line is that of the server of this module."""
    line = json.dumps(server.ready)
    started = {}
    for language in ready.values():
        (folder := tmp_path / language.name).mkdir()
        path = shim(folder, f"echo $$ $* > {folder}/started\necho '{line}'\nexec sleep 600")
        started[folder / "started"] = language.start(PATH=path)
    assert len(started) == len(ready) > 0
    for note, client in started.items():
        said = ended(client)
        assert (said.code, said.said[-1:]) == (0, CONVERSATION[-1:]), (note, said)
        pid, _, words = note.read_text(encoding="utf-8").strip().partition(" ")
        assert words == "serve --port 0 --store :memory: --quiet"
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_the_emulator_that_a_client_starts_is_this_one(tmp_path: Path) -> None:
    path = shim(tmp_path, f'cd {ROOT} && exec {serve()[0]} -m emulator "$@"')
    said = ended(LANGUAGES["python"].start(PATH=path))
    assert (said.code, said.said[-1:]) == (0, CONVERSATION[-1:]), said
