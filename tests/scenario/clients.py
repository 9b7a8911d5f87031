"""Small clients that play a scenario: the same client, careful or careless, and whether it coped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from werkzeug.test import TestResponse

from tests.builders import EXTENT_FINAL, EXTENT_NEW, dossier, final_result, pull, step
from tests.conftest import Visitor
from tests.gateways.axis.axis import link

CODE = dossier()["MaHoSo"]
Ask = Callable[[], TestResponse]


class Client:
    """A vendor's client; ``is_careful`` is the one difference between the two that a scenario tells apart."""

    def __init__(self, visitor: Visitor, *, is_careful: bool) -> None:
        self.visitor, self.is_careful = visitor, is_careful
        self.token = visitor.token()

    def call(self, operation: str, body: Mapping[str, Any]) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return self.visitor.http.post(f"/apiBTXH/1.0/{operation}", json=body, headers=headers)

    def push(self, **changes: Any) -> TestResponse:
        return self.call("DongBoDVC", dossier(**changes))

    def pull(self, **changes: Any) -> TestResponse:
        return self.call("DanhSachHoSo", pull(**changes))

    def persist(self, ask: Ask, is_good: Callable[[TestResponse], bool], pause: Callable[[], object] = dict) -> bool:
        """Ask until it is good; a careless client asks once, a careful one gives up after seven."""
        reply = ask()
        for _ in range(6 if self.is_careful else 0):
            if is_good(reply):
                break
            pause()
            reply = ask()
        return is_good(reply)

    def is_kept(self) -> bool:
        return self.visitor.http.get(f"/__admin/dossiers/{CODE}").status_code == 200


def is_ok(reply: TestResponse) -> bool:
    return reply.status_code == 200


def is_accepted(reply: TestResponse) -> bool:
    return reply.is_json and reply.json.get("error_code") == 0


def renews_its_token(client: Client) -> bool:
    def renew() -> None:
        client.token = client.visitor.token()

    return all(client.persist(client.pull, is_ok, renew) for _ in range(4))


def keeps_its_token(client: Client) -> bool:
    for _ in range(4):
        if not client.is_careful:
            reply = client.visitor.http.post(
                "/token", data={"grant_type": "client_credentials"}, headers=client.visitor.basic()
            )
            if not is_ok(reply):
                return False
        client.pull()
    return True


def stops_when_blocked(client: Client) -> bool:
    for _ in range(1 if client.is_careful else 6):
        client.pull()
    return sum(each["operation"] == "btxh.DanhSachHoSo" for each in client.visitor.journal()) == 1


def differs(
    right: Mapping[str, Any], wrong: Mapping[str, Any], make: Callable[..., Any] = dossier
) -> Callable[[Client], bool]:
    """Return the play of a client that sends the right thing, or the wrong one."""

    def play(client: Client) -> bool:
        return is_accepted(client.call("DongBoDVC", make(**(right if client.is_careful else wrong))))

    return play


def sends_the_lost_one_again(client: Client) -> bool:
    return client.persist(client.push, is_accepted) and client.is_kept()


def takes_a_repeated_push_as_done(client: Client) -> bool:
    done = (0, -3) if client.is_careful else (0,)
    return all(client.push().json["error_code"] in done for _ in range(2))


def goes_on_with_the_batch(client: Client) -> bool:
    sent = []
    for number in (1, 2, 3):
        if is_accepted(client.push(MaHoSo=f"000.11.26.H26-261120-000{number}")):
            sent.append(number)
        elif not client.is_careful:
            break
    return sent == [1, 3]


def sends_steps(right: list[dict[str, str]], wrong: list[dict[str, str]]) -> Callable[[Client], bool]:
    def play(client: Client) -> bool:
        client.push()
        told = right if client.is_careful else wrong
        return all(is_accepted(client.call("XuLyHoSo", step(**each))) for each in told)

    return play


def keeps_one_of_each(client: Client) -> bool:
    rows = [row for _ in range(2) for row in client.pull().json["result"]["data"]]
    kept = {row["maHoSo"]: row for row in rows}.values() if client.is_careful else rows
    return len(kept) == 1


def takes_null_for_none(client: Client) -> bool:
    data = client.pull().json["result"]["data"]
    with suppress(TypeError):
        return list(data or [] if client.is_careful else data) == []
    return False


def reads_both_dates(client: Client) -> bool:
    forms = ["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"] if client.is_careful else ["%d/%m/%Y %H:%M:%S"]
    return all(
        any(_reads(row["submittedDate"], form) for form in forms) for row in client.pull().json["result"]["data"]
    )


def _reads(text: str, form: str) -> bool:
    with suppress(ValueError):
        return bool(datetime.strptime(text, form))  # noqa: DTZ007
    return False


def sees_the_error_code(client: Client) -> bool:
    reply = client.pull(ThoiGianBatDau="30/11/2026 00:00:00", ThoiGianKetThuc="01/11/2026 00:00:00").json
    return client.is_careful and bool(reply["result"]["error_code"]) and reply["result"]["data"] == []


def downloads(client: Client) -> bool:
    """Keep a file only when it is one; who does not look keeps what comes first."""
    replies: list[TestResponse] = []

    def ask() -> TestResponse:
        replies.append(client.visitor.http.get(link()))
        return replies[-1]

    client.persist(ask, lambda reply: reply.data.startswith(b"%PDF"))
    return replies[-1].data.startswith(b"%PDF")


def looks_into_the_body(client: Client) -> bool:
    client.persist(client.push, is_accepted if client.is_careful else is_ok)
    return client.is_kept()


def tries_again(client: Client) -> bool:
    return all(client.persist(client.pull, is_ok) for _ in range(10))


def waits(client: Client) -> bool:
    turn = {"action": "advance", "by": "PT10M"}
    return client.persist(client.pull, is_ok, lambda: client.visitor.http.put("/__admin/clock", json=turn))


def plain_extent(name: str) -> dict[str, str]:
    return {"CertificateExtentData": EXTENT_NEW.replace("to-khai.pdf</TenTep", f"{name}</TenTep")}


_REFUSED = {"NoiDungXuLy": "Không tiếp nhận: hồ sơ không thuộc thẩm quyền"}
PLAYS: Mapping[str, Callable[[Client], bool]] = {
    "token-het-giua-lo": renews_its_token,
    "dang-nhap-moi-lan": keeps_its_token,
    "vuot-han-muc": tries_again,
    "thue-bao-bi-khoa": stops_when_blocked,
    "ngay-kieu-iso": differs({"NgayThangNamSinh": "15/03/1960"}, {"NgayThangNamSinh": "1960-03-15"}),
    "gioi-tinh-1-2": differs({"GioiTinhId": "1034"}, {"GioiTinhId": "1"}),
    "xml-khong-thoat": differs(plain_extent("don &amp; to-khai.pdf"), plain_extent("don & to-khai.pdf")),
    "ket-qua-thieu-giay-to": differs(
        {"CertificateExtentData": EXTENT_FINAL}, {"CertificateExtentData": EXTENT_NEW}, final_result
    ),
    "mat-tra-loi": sends_the_lost_one_again,
    "nop-trung": takes_a_repeated_push_as_done,
    "mot-ho-so-loi-trong-lo": goes_on_with_the_batch,
    "dung-trinh-tu": sends_steps([{"StatusId": "2"}, {"StatusId": "4"}], [{"StatusId": "4"}]),
    "dao-ma-3-va-8": sends_steps([{"StatusId": "3", **_REFUSED}], [{"StatusId": "8", **_REFUSED}]),
    "dinh-danh-gia": differs({"SoDinhDanh": "999060000001"}, {"SoDinhDanh": "000000001"}),
    "keo-trung": keeps_one_of_each,
    "data-null": takes_null_for_none,
    "hai-kieu-ngay": reads_both_dates,
    "khoang-nguoc": sees_the_error_code,
    "kho-tinh-ban-ngung": downloads,
    "tep-la-trang-loi": downloads,
    "tep-rong": downloads,
    "truc-tu-choi-luc-dau": downloads,
    "trang-dang-nhap-200": looks_into_the_body,
    "cong-chap-chon": tries_again,
    "tin-ma-http": looks_into_the_body,
    "bao-tri-30-phut": waits,
}
