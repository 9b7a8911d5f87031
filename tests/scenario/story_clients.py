"""Clients of the stories that language 2 can tell: each careful or careless, and whether it coped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.test import TestResponse

from tests.builders import dossier, final_result, step
from tests.gateways.axis.axis import HAGIANG, link
from tests.scenario.clients import CODE, Client, is_accepted, is_ok


def turn(client: Client, action: str, **more: Any) -> None:
    reply = client.visitor.http.put("/__admin/clock", json={"action": action, **more})
    assert reply.status_code == 200, reply.text


def pull_anew(client: Client) -> TestResponse:
    """Pull with a new token: the clock was turned past the life of the last one."""
    client.token = client.visitor.token()
    return client.pull()


def play_again_at(client: Client, moment: str) -> None:
    """Begin the scenario at a moment of the calendar."""
    turn(client, "freeze", to=moment)
    client.visitor.http.post("/__admin/scenario/reset")


def ask_token(client: Client) -> TestResponse:
    form = {"grant_type": "client_credentials"}
    return client.visitor.http.post("/token", data=form, headers=client.visitor.basic())


def waits_for_the_token(client: Client) -> bool:
    play_again_at(client, "2026-12-02T01:05:00+07:00")
    return client.persist(lambda: ask_token(client), is_ok, lambda: turn(client, "advance", by="PT6M"))


def takes_the_second_push_as_done(client: Client) -> bool:
    for code in (CODE, CODE[:-1] + "2"):
        client.push(MaHoSo=code)
        client.persist(lambda code=code: client.push(MaHoSo=code), lambda reply: reply.status_code == 200)
    pushes = [each for each in client.visitor.journal() if each["operation"] == "btxh.DongBoDVC"]
    return [each["response"]["status"] for each in pushes] == [200, 504, 200] * 2


def reads_the_list_of_servers_again(client: Client) -> bool:
    client.visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P3D"})
    dstcode = HAGIANG
    for _ in range(2 if client.is_careful else 1):
        reply = client.visitor.http.get(link("/download/124.pdf", dstcode))
        if reply.headers.get("X-Road-Error", "").endswith("UnknownMember"):
            dstcode = HAGIANG.replace("svc01", "svc02")  # what the list says now
    return not reply.headers.get("X-Road-Error", "").endswith("UnknownMember")


def waits_for_the_new_certificate(client: Client) -> bool:
    play_again_at(client, "2026-12-03T20:00:00+07:00")  # a Thursday
    turn(client, "advance", by="PT12H30M")

    def ask() -> TestResponse:
        return client.visitor.http.get(link())

    def is_trusted(reply: TestResponse) -> bool:
        return b"PKIX" not in reply.data

    return client.persist(ask, is_trusted, lambda: turn(client, "advance", by="PT1H"))


def downloads_until_it_is_whole(client: Client) -> bool:
    whole: list[bool] = []

    def ask() -> TestResponse | None:
        try:
            reply = client.visitor.http.get(link())
        except ConnectionResetError:
            whole.append(False)
            return None
        whole.append(reply.data.startswith(b"%PDF"))
        return reply

    client.persist(ask, lambda reply: reply is not None)  # type: ignore[arg-type]
    return whole[-1]


def stops_when_the_citizen_withdraws(client: Client) -> bool:
    client.push()
    replies = [client.call("DongBoDVC", final_result()) for _ in range(1 if client.is_careful else 2)]
    refused = replies[0].json
    return len(replies) == 1 and (refused["error_code"], CODE in refused["message"]) == (34, True)


def measures_by_key(client: Client) -> bool:
    pair = next(
        each
        for each in client.visitor.country.sandboxes.credentials(client.visitor.country.sandboxes.get("default"))
        if each.kind == "sandbox"
    )
    wish = {"scenario": "mot-khoa-bi-cham", "set": {"consumer": pair.consumer_key}}
    assert client.visitor.http.put("/__admin/scenario", json=wish).status_code == 200
    client.pull()
    client.token = client.visitor.token("sandbox" if not client.is_careful else "production")
    client.pull()
    return client.visitor.journal()[-1]["timing"]["addedDelay"] == 0


def survives_two_failures_in_each_outage(client: Client) -> bool:
    turn(client, "freeze")
    client.visitor.http.post("/__admin/scenario/reset")
    good = []
    for _ in range(3):
        turn(client, "advance", by="PT51M")
        good.append(client.persist(lambda: pull_anew(client), is_ok))
        turn(client, "advance", by="PT9M")
    return all(good)


def passes_over_unknown_fields(client: Client) -> bool:
    reply = client.pull()
    assert reply.headers["X-Phien-Ban"] == "2.1"
    result = reply.json["result"]
    assert len(result["data"]) >= 1
    known = {"message", "error_code", "data"}
    return result["error_code"] == 0 and (client.is_careful or set(result) == known)


def spaces_its_calls(client: Client) -> bool:
    turn(client, "freeze", to="2026-12-02T09:00:00+07:00")
    seen = []
    for _ in range(3):
        seen.append(pull_anew(client).status_code)
        turn(client, "advance", by="PT2S" if client.is_careful else "PT0.1S")
    turn(client, "set", to="2026-12-02T20:00:00+07:00")
    seen += [pull_anew(client).status_code for _ in range(2)]  # outside office hours nobody counts
    return seen == [200] * 5


def sends_the_step_again(client: Client) -> bool:
    client.push()
    client.call("XuLyHoSo", step(StatusId="2"))
    client.call("XuLyHoSo", step(StatusId="4", ThoiDiemXuLy="22/11/2026 09:00:00"))

    def go_on() -> TestResponse:
        return client.call("XuLyHoSo", step(StatusId="4", ThoiDiemXuLy="23/11/2026 09:00:00"))

    return client.persist(go_on, is_accepted)


def uses_the_paper_that_is_whole(client: Client) -> bool:
    urls = ("/mot.pdf", "/hai.pdf") if client.is_careful else ("/hai.pdf",)
    files = [client.visitor.http.get(link(url, HAGIANG, "https://kho-thu.hagiang.example.vn")) for url in urls]
    return any(each.data.startswith(b"%PDF") for each in files)


def sends_the_refused_one_again(client: Client) -> bool:
    wish = {"scenario": "nam-thu-tuc", "set": {"procedure": dossier()["MaTTHC"]}}
    assert client.visitor.http.put("/__admin/scenario", json=wish).status_code == 200
    return client.persist(client.push, is_accepted) and client.is_kept()


def has_a_deadline(client: Client) -> bool:
    client.pull()
    return client.visitor.journal()[-1]["timing"]["addedDelay"] <= (1000 if client.is_careful else 100)


def compares_the_code_in_the_reply(client: Client) -> bool:
    refused = client.push()
    assert refused.headers["X-Ma-Ho-So"] == CODE
    assert "lần 1, lúc " in refused.json["message"]
    if client.is_careful and CODE in refused.json["message"]:
        return is_accepted(client.push())
    return client.is_kept()


STORIES: Mapping[str, Callable[[Client], bool]] = {
    "token-ngung-moi-dem": waits_for_the_token,
    "mat-lan-hai-tung-ho-so": takes_the_second_push_as_done,
    "may-chu-doi-ten": reads_the_list_of_servers_again,
    "chung-thu-het-han": waits_for_the_new_certificate,
    "tai-nho-giot-roi-dut": downloads_until_it_is_whole,
    "cong-dan-rut-ho-so": stops_when_the_citizen_withdraws,
    "mot-khoa-bi-cham": measures_by_key,
    "hai-loi-moi-dot-ngung": survives_two_failures_in_each_outage,
    "tra-loi-sua-mot-truong": passes_over_unknown_fields,
    "gio-hanh-chinh": spaces_its_calls,
    "ho-so-dang-xu-ly": sends_the_step_again,
    "hai-giay-to-mot-ma": uses_the_paper_that_is_whole,
    "nam-thu-tuc": sends_the_refused_one_again,
    "mang-cham": has_a_deadline,
    "tra-loi-nhac-lai": compares_the_code_in_the_reply,
}
