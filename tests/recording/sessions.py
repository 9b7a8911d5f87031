"""Sessions for the tests of what is made of them: recorded from the emulator in the part of the platform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import requests
from click.testing import CliRunner, Result

from emulator.cli import main
from tests.builders import dossier, final_result, pull, step


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words])


class Vendor:
    """A client that always makes the same calls, whoever answers them."""

    def __init__(self, url: str, basic: dict[str, str]) -> None:
        self.url, self.basic = url, basic
        self.http = requests.Session()
        self.http.trust_env = False

    def __enter__(self) -> Vendor:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def log_in(self) -> None:
        reply = self.http.post(f"{self.url}/token", data={"grant_type": "client_credentials"}, headers=self.basic)
        self.http.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"

    def btxh(self, operation: str, body: dict[str, Any]) -> requests.Response:
        return self.http.post(f"{self.url}/apiBTXH/1.0/{operation}", json=body)

    def tell_the_story(self) -> list[requests.Response]:
        """A dossier, the same again, a step, a result, one without a name, and what is there now."""
        self.log_in()
        return [
            self.btxh("DongBoDVC", dossier()),
            self.btxh("DongBoDVC", dossier()),
            self.btxh("XuLyHoSo", step()),
            self.btxh("DongBoDVC", final_result()),
            self.btxh("DongBoDVC", dossier(HoVaTen="")),
            self.btxh("DanhSachHoSo", pull()),
            self.btxh("TienTrinhXuLy", pull()),
        ]


def exchange(number: int, answer: Any, *, operation: str = "DongBoDVC", asked: Any = None, **changes: Any) -> str:
    """One line of a session: an authorised call of BTXH and its answer."""
    said = answer if isinstance(answer, str) else json.dumps(answer)
    body = json.dumps(dossier() if asked is None else asked, ensure_ascii=False)
    document: dict[str, Any] = {
        "format": "ndxp-emulator/session/1",
        "number": number,
        "at_ms": 1795154400000 + number * 1000,
        "took_ms": 5,
        "origin": "https://nen-tang.example.vn",
        "trouble": None,
        "request": {
            "method": "POST", "target": f"/apiBTXH/1.0/{operation}", "body": body, "body_size": 1, "omitted": None,
            "headers": [["Authorization", "Bearer ***"], ["Content-Type", "application/json"]],
        },
        "response": {
            "status": 200, "body": said, "body_size": 1, "omitted": None,
            "headers": [["Content-Type", "application/json; charset=utf-8"]],
        },
    }  # fmt: skip
    for side in ("request", "response"):
        document[side] |= changes.pop(side, {})
    return json.dumps(document | changes, ensure_ascii=False)


def session(folder: Path, *lines: str) -> Path:
    path = folder / "phien.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
