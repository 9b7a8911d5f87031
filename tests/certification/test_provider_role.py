"""The vendor's own server as other agencies meet it: the reference passes, each faulty one fails its own test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from emulator.app import Country
from emulator.certification import kit_reader
from emulator.certification.bundle.pack import sources
from emulator.certification.bundle.replay import replay
from emulator.cli.in_process import replay_host
from tests.certification.stand import Stand, told, verdicts
from tests.clients.reference.provider import Desk, FileServer, Shelf
from tests.clients.reference.tasks import Client
from tests.gateways.axis.axis import HANOI

_GROUP = "provider"


class RecompressesPictures(Desk):
    def found(self, path: str) -> tuple[str, bytes] | None:
        found = super().found(path)
        return (found[0], found[1][::-1]) if found and path.endswith(".jpg") else found


class AsciiNames(Desk):
    def found(self, path: str) -> tuple[str, bytes] | None:
        return super().found(path) if path.isascii() else None


class HalfOfWhatIsBig(Desk):
    def found(self, path: str) -> tuple[str, bytes] | None:
        found = super().found(path)
        return (found[0], found[1][:1_000_000]) if found else None


class OneType(Desk):
    def answer(self, status: int, content_type: str, content: bytes) -> None:
        super().answer(status, "application/octet-stream", content)


class LinksDieOfUse(Desk):
    used: set[tuple[Any, str]] = set()  # noqa: RUF012 - shared by the requests of one server

    def found(self, path: str) -> tuple[str, bytes] | None:
        key = (self.server, path)
        if key in self.used:
            return None
        self.used.add(key)
        return super().found(path)


class PageForWhatIsGone(Desk):
    def answer(self, status: int, content_type: str, content: bytes) -> None:
        super().answer(200 if status == 404 and ".." not in self.path else status, content_type, content)


class PathsOfTheDisk(Desk):
    """Joins a path of the web to one of the disk."""

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        path = unquote(urlsplit(self.path).path)
        if self.server.shelf.get(path) is None and ".." in path:
            self.answer(200, "text/plain", b"root:x:0:0:root:/root:/bin/sh\n")
        else:
            super().do_GET()


class Deletes(Desk):
    def do_DELETE(self) -> None:  # noqa: N802 - the library's name
        at = self.server.shelf._at(unquote(urlsplit(self.path).path))
        at.with_suffix(".json").unlink(missing_ok=True)
        self.answer(200, "text/plain", b"gone\n")


DESKS: dict[type[Desk], str] = {
    RecompressesPictures: "KDL-CC-01",
    AsciiNames: "KDL-CC-02",
    HalfOfWhatIsBig: "KDL-CC-03",
    OneType: "KDL-CC-04",
    LinksDieOfUse: "KDL-CC-05",
    PageForWhatIsGone: "KDL-CC-06",
    PathsOfTheDisk: "KDL-CC-07",
    Deletes: "KDL-CC-08",
}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def server(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[FileServer]:
    made = FileServer(shelf, desk=getattr(request, "param", Desk))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def provider_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A box that holds the kit's provider tests alone: the others need no server, and are played elsewhere."""
    text = (kit_reader.shipped_kits() / "kho-dl.yaml").read_text(encoding="utf-8")
    head, *tests = text.split("\n  - id: ")
    kept = [each for each in tests if f"    group: {_GROUP}\n" in each]
    (tmp_path / "kho-dl.yaml").write_text("\n  - id: ".join([head, *kept]), encoding="utf-8")
    monkeypatch.setattr(kit_reader, "shipped_kits", lambda: tmp_path)


def play(country: Country, server: FileServer) -> dict[str, Any]:
    return stand_of(country, server).play(type("Publisher", (Client,), {"shelf": server.shelf.folder}))


def stand_of(country: Country, server: FileServer) -> Stand:
    url = f"http://127.0.0.1:{server.server_port}"
    return Stand(country, "kho-dl", "tệp", provider={"dstcode": HANOI, "url": url})


@pytest.mark.usefixtures("provider_alone")
def test_the_reference_server_passes_every_test_of_the_provider_role(country: Country, server: FileServer) -> None:
    report = play(country, server)
    wrong = {name: f"{said}: {told(report, name)}" for name, said in verdicts(report).items() if said != "pass"}
    assert wrong.pop("KDL-CC-09").startswith("review")
    assert not wrong


@pytest.mark.usefixtures("provider_alone")
@pytest.mark.parametrize("server", DESKS, indirect=True, ids=lambda desk: desk.__name__)
def test_a_faulty_server_fails_the_test_about_its_fault_alone(country: Country, server: FileServer) -> None:
    desk: Any = server.RequestHandlerClass
    said = verdicts(report := play(country, server))
    assert said[DESKS[desk]] == "fail", f"{said[DESKS[desk]]}: {told(report, DESKS[desk])}"
    assert {name for name, verdict in said.items() if verdict in ("fail", "error")} == {DESKS[desk]}


@pytest.mark.usefixtures("provider_alone")
def test_what_the_vendors_own_server_said_cannot_be_played_again_and_is_counted(
    country: Country, server: FileServer
) -> None:
    stand = stand_of(country, server)
    stand.play(type("Publisher", (Client,), {"shelf": server.shelf.folder}))
    files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    found = replay(files, replay_host)
    assert (found.differs_at, found.scenes > 5) == (None, True)
    (why,) = found.left_out
    assert (why.partition(" / ")[2], len(found.left_out[why]) > 10) == ("the vendor's own server", True)


@pytest.mark.usefixtures("provider_alone")
def test_a_server_that_is_not_there_fails_and_is_no_fault_of_ours(country: Country, shelf: Shelf) -> None:
    gone = FileServer(shelf)
    gone.server_close()
    said = verdicts(play(country, gone))
    assert said["KDL-CC-01"] == "fail"
    assert "error" not in said.values()


def test_without_a_server_in_the_plan_the_provider_role_is_omitted(country: Country) -> None:
    plan = Stand(country, "kho-dl", "không")
    said = verdicts(plan.report())
    assert {said[name] for name in DESKS.values()} == {"omit"}
