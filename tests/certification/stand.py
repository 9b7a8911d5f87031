"""A test stand without a port: an attempt through the admin API, a client whose wire leads straight to the doors.

What a fault does to a connection is played here as the client would feel it: nothing, half a reply, a broken line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from emulator.app import Country
from emulator.certification.kit_reader import kit_of
from emulator.gateways.arrival import NoSuchSandbox
from emulator.kernel.exchange import Call
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Lost, Reply
from tests.conftest import Visitor

BASE = "http://localhost"


class StraightWire:
    """Calls the doors in this process. ``pause`` turns the sandbox's clock instead of waiting."""

    def __init__(self, visitor: Visitor, sandbox: str) -> None:
        self.visitor, self.sandbox, self.calls = visitor, sandbox, 0

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        self.calls += 1
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        call = Call(
            method=method,
            path=unquote(parts.path),
            query=parts.query,
            headers=tuple((name.lower(), value) for name, value in headers.items()),
            body=body,
            body_size=len(body),
            target=target,
            host=parts.netloc,
        )
        try:
            reply = self.visitor.country.door.serve(call)
        except NoSuchSandbox as gone:
            return Reply(404, {}, str(gone).encode())
        content = b"".join(reply.file.chunks()) if reply.file else reply.body
        if reply.delivery.fault and reply.delivery.fault != "drip":
            raise Lost(reply.delivery.fault)
        return Reply(reply.status, dict(reply.headers), content)

    def pause(self, seconds: float) -> None:
        turn = {"action": "advance", "by": f"PT{seconds:.3f}S"}
        assert self.visitor.http.put(f"/__admin/sandboxes/{self.sandbox}/clock", json=turn).status_code == 200


ClientMaker = Callable[[dict[str, Any], StraightWire], Client]


class Stand:
    """One attempt of one client."""

    def __init__(self, country: Country, kit: str, seed: str = "0", **plan: Any) -> None:
        self.visitor = Visitor(country)
        self.open(kit, seed, **plan)

    def open(self, kit: str, seed: str, **plan: Any) -> None:
        product = {"name": "Một cửa mẫu", "version": "1.0", "vendor": "Đơn vị mẫu"}
        self.id = "luot-" + hashlib.sha256(f"{kit}/{seed}".encode()).hexdigest()[:10]
        kits = {each["id"]: each for each in self.admin("GET", "/kits")["kits"]}
        challenge = plan.pop("challenge", {"nonce": seed, "kit": kit, "kit_digest": kits[kit]["digest"]})
        said = {"by": "Người khai mẫu", "statement": "Đúng như mô tả"}
        declared = {test.id: said for test in kit_of(kit).tests if test.kind == "attest"}
        whole = {"kit": kit, "product": product, "attestations": declared, **plan}
        body = {"id": self.id, "plan": whole, "challenge": challenge}
        self.context = self.admin("POST", "/attempts", body)["context"]

    def admin(self, verb: str, path: str, body: Any = None) -> Any:
        reply = self.visitor.http.open(f"/__admin{path}", method=verb, json=body)
        assert reply.status_code < 300, reply.text
        return reply.json

    def wire(self) -> Any:
        return StraightWire(self.visitor, self.id)

    def play(self, maker: ClientMaker = Client) -> dict[str, Any]:
        """Let one client do every task of the attempt, close it and return the report."""
        client = maker(self.context, self.wire())
        while (begun := self.admin("POST", f"/attempts/{self.id}/begin"))["task"]:
            self.admin("POST", f"/attempts/{self.id}/end", self.did(client, begun["task"]))
        self.admin("POST", f"/attempts/{self.id}/close")
        return self.report()

    def did(self, client: Client, task: dict[str, Any]) -> dict[str, Any]:
        try:
            client.do(task)
        except Exception as trouble:
            return {"how": "crashed", "exit_code": 1, "output": repr(trouble)}
        return {"how": "done", "exit_code": 0}

    def report(self) -> dict[str, Any]:
        return self.admin("GET", f"/attempts/{self.id}/report")


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {test["id"]: test["verdict"] for test in report["tests"]}


def told(report: dict[str, Any], test_id: str) -> str:
    """Return the findings of a test, for the message of an assertion."""
    test = next(each for each in report["tests"] if each["id"] == test_id)
    return "; ".join(f"{each['answer']}: {each['en']}" for each in test["findings"])


def not_passed(report: dict[str, Any]) -> dict[str, str]:
    """Return what keeps a report from being clean, by test: a verdict that is not good and why."""
    return {
        test["id"]: f"{test['verdict']}: {told(report, test['id'])}"
        for test in report["tests"]
        if test["verdict"] not in ("pass", "review", "omit")
    }


def found_by(
    country: Country, kit: str, maker: ClientMaker, expected: str, others: Sequence[str] = (), seed: str = "lỗi"
) -> list[str]:
    """Play a faulty client; return what went otherwise than that ``expected`` fails and no other required test does.

    ``others`` are tests behind the first that may fail for the same fault.

    The sandbox's clock stands still but for the client's pauses, so that a slow machine is no pause.
    """
    stand = Stand(country, kit, seed)
    stand.admin("PUT", f"/sandboxes/{stand.id}/clock", {"action": "freeze"})
    report = stand.play(maker)
    wrong = [
        f"{test['id']} {test['verdict']}: {told(report, test['id'])}"
        for test in report["tests"]
        if test["id"] not in (expected, *others) and test["level"] == "MUST" and test["verdict"] in ("fail", "error")
    ]
    if verdicts(report)[expected] != "fail":
        wrong.append(f"{expected} is {verdicts(report)[expected]}: {told(report, expected)}")
    return wrong
