"""A client of every door of one sandbox, and what was acknowledged to it: the load of a storm."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import requests

from tests import builders
from tests.gateways.axis.axis import link
from tests.portal import portal_client
from tests.serving import Client, Server

_PATIENCE_S = 15
_A_DAY = 9_000  # numbers of dossiers of one day; those above are magic
_STEPS = 20  # of one dossier


class Rate:
    """So many calls a second over all clients; without a number, as many as there can be."""

    def __init__(self, a_second: float | None) -> None:
        self._gap_s = 1 / a_second if a_second else 0.0
        self._next, self._lock = time.monotonic(), threading.Lock()

    def wait(self, until: threading.Event) -> None:
        """Return when it is this caller's turn, or when the event is set."""
        if not self._gap_s:
            return
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap_s
        until.wait(max(0.0, turn - time.monotonic()))


@dataclass
class Tenant:
    """One sandbox: its secrets, and what was acknowledged to it by kind of record."""

    place: int
    made: dict[str, Any]
    dossiers: set[str] = field(default_factory=set)
    portal_dossiers: set[str] = field(default_factory=set)
    steps: dict[str, set[str]] = field(default_factory=dict)
    stepped: str = ""
    number: int = 0

    @property
    def name(self) -> str:
        return f"bao-{self.place}"

    @property
    def prefix(self) -> str:
        """Return how every code of this tenant's dossiers begins."""
        return f"000.{self.place + 11:02}.26.H26-"

    @property
    def portal_prefix(self) -> str:
        return f"H26.{self.place + 11:02}-"

    @property
    def acknowledged(self) -> int:
        """Return how many writes were acknowledged."""
        return len(self.dossiers) + len(self.portal_dossiers) + self.number_of_steps

    @property
    def number_of_steps(self) -> int:
        """Return how many of them were steps of a dossier."""
        return sum(map(len, self.steps.values()))

    def next_code(self) -> str:
        """Return day and number of a dossier that none has had."""
        self.number += 1
        return f"26{self.number // _A_DAY + 1101:04}-{self.number % _A_DAY:04}"


class Caller:
    """A vendor's system that is logged in at every door; it calls them in turns until it is refused."""

    def __init__(self, server: Server, tenant: Tenant, happened: Counter[str]) -> None:
        self.tenant, self.happened = tenant, happened
        self.client = Client(server, tenant.name, tenant.made["credentials"]["production"])
        self.admin = f"{server.base_url}/__admin/sandboxes/{tenant.name}"
        self._session = self._papers_token = ""

    def __enter__(self) -> Caller:
        self.client.log_in()
        portal, papers = (self.tenant.made["credentials"][kind] for kind in ("portal", "papers"))
        self._session = str(self._send("/mapi/login", portal)["session"])
        self._papers_token = str(self._send("/bndp/public/v1/login", papers)["accessToken"])
        return self

    def __exit__(self, *_: object) -> None:
        self.client.http.close()

    def turns(self) -> Iterator[Callable[[], bool]]:
        """Yield the calls in their order for ever; each tells whether the caller is still let in."""
        return cycle((self._push, self._push_to_portal, self._step, self._push, self._ask, self._find, self._download,
                      self._push, self._look, self._change))  # fmt: skip

    def _push(self) -> bool:
        code = f"{self.tenant.prefix}{self.tenant.next_code()}"
        reply = self._post("push", f"{self.client.base_url}/apiBTXH/1.0/DongBoDVC", builders.dossier(MaHoSo=code))
        if reply.status_code == 200 and reply.json().get("error_code") == 0:
            self.tenant.dossiers.add(code)
        return reply.status_code != 401

    def _step(self) -> bool:
        mine = self.tenant
        if len(mine.steps.get(mine.stepped, ())) % _STEPS == 0:
            mine.stepped = next(iter(mine.dossiers - set(mine.steps)), mine.stepped)
        if not mine.stepped:
            return True
        said = f"Bước {mine.next_code()}"
        body = builders.step(MaHoSo=mine.stepped, NoiDungXuLy=said)
        reply = self._post("step", f"{self.client.base_url}/apiBTXH/1.0/XuLyHoSo", body)
        if reply.status_code == 200 and reply.json().get("error_code") == 0:
            mine.steps.setdefault(mine.stepped, set()).add(said)
        return reply.status_code != 401

    def _ask(self) -> bool:
        body = builders.pull(ThoiGianKetThuc="10/11/2026 23:59:59")  # what the pack holds, not what was pushed
        reply = self._post("pull", f"{self.client.base_url}/apiBTXH/1.0/DanhSachHoSo", body)
        return reply.status_code != 401

    def _push_to_portal(self) -> bool:
        code = f"{self.tenant.portal_prefix}{self.tenant.next_code()}"
        body = {
            "session": self._session,
            "madonvi": self.tenant.made["credentials"]["portal"]["unit"],
            "service": "DongBoHoSoMC",
            "isUpdating": "False",
            "data": [portal_client.dossier(MaHoSo=code)],
        }
        reply = self._post("portal", self._portal("/mapi/call"), body)
        if reply.status_code == 200 and str(reply.json().get("error_code")) == "0":
            self.tenant.portal_dossiers.add(code)
            return True
        return reply.status_code != 200

    def _find(self) -> bool:
        address, wanted = self._portal("/bndp/public/v1/user/papers"), portal_client.wanted()
        reply = self._post("papers", address, wanted, Authorization=self._papers_token)
        return reply.status_code not in (401, 403)

    def _download(self) -> bool:
        return self._get("download", self.client.base_url + link())

    def _look(self) -> bool:
        return self._get("journal", f"{self.admin}/requests?limit=20")

    def _change(self) -> bool:
        address = f"{self.admin}/settings"
        reply = self.client.http.patch(address, json={"pull_source": "all"}, timeout=_PATIENCE_S)
        self.happened[f"admin {reply.status_code}"] += 1
        return True

    def _portal(self, path: str) -> str:
        more = portal_client.PAPERS_HOST if path.startswith("/bndp/") else ""
        return f"{self.client.base_url}{portal_client.FORWARD}{path}{portal_client.ADDRESS}{more}"

    def _send(self, path: str, body: Any) -> Any:
        return self._post("log-in", self._portal(path), body).json()

    def _post(self, kind: str, address: str, body: Any, **headers: str) -> requests.Response:
        reply = self.client.http.post(address, json=body, headers=headers, timeout=_PATIENCE_S)
        self.happened[f"{kind} {reply.status_code}"] += 1
        return reply

    def _get(self, kind: str, address: str) -> bool:
        reply = self.client.http.get(address, timeout=_PATIENCE_S)
        self.happened[f"{kind} {reply.status_code}"] += 1
        return True
