"""What a certification asks of a client, done with the gateway and the forms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.clients.reference.filing import Filing
from tests.clients.reference.forms import Forms
from tests.clients.reference.gateway import Gateway, Refused
from tests.clients.reference.khodl import KhoDl
from tests.clients.reference.memory import Memory
from tests.clients.reference.provider import Shelf, published
from tests.clients.reference.pulls import Pulls
from tests.clients.reference.wire import Lost, Wire

Words = dict[str, Any]


class Client(Pulls):
    """A province's one-stop system. ``log`` is what its operator would read in the morning."""

    forms_class: type[Forms] = Forms
    gateway_class: type[Gateway] = Gateway
    papers_class: type[KhoDl] = KhoDl
    filing_class: type[Filing] = Filing
    shelf: Path | None = None

    def __init__(self, context: Words, wire: Wire, memory: Memory | None = None) -> None:
        self.context, self.wire = context, wire
        self.memory = memory or Memory(context.get("state_dir"))
        self.forms = self.forms_class()
        self.forms.vneid_as_printed = context.get("mode") == "strict"
        self.gateway = self.gateway_class(context, wire, self.memory)
        self.log: list[str] = []
        self.filing = self.filing_class(self.papers_class(context, wire, self.memory), self.log)

    def do(self, task: Words) -> None:
        """Do one task; what the platforms refuse is written to the log and left for a person."""
        if "now" in task:
            self.gateway.set_clock(task["now"])
        getattr(self, task["do"].replace("-", "_"))(task)

    def push_dossiers(self, task: Words) -> None:
        for known in task["dossiers"]:
            self.push("DongBoDVC", self.forms.dossier(known))

    def push_results(self, task: Words) -> None:
        for known in task["dossiers"]:
            self.push("DongBoDVC", self.forms.result(known))

    def push_course(self, task: Words) -> None:
        """A dossier, then its steps; after a refusal the later steps wait for a person."""
        for known in task["dossiers"]:
            if not self.push("DongBoDVC", self.forms.dossier(known)):
                continue
            for step in known["steps"]:
                if not self.push("XuLyHoSo", self.forms.step(known["dossier_code"], step)):
                    break

    def file_with_papers(self, task: Words) -> None:
        self.filing.file_with_papers(task)

    def finish_with_result(self, task: Words) -> None:
        self.filing.finish_with_result(task)

    def serve_files(self, task: Words) -> None:
        """Put files onto our own server's shelf, a folder of ``NDXP_CERT_SHELF``."""
        published(Shelf(self.shelf or os.environ["NDXP_CERT_SHELF"]), task)

    def push(self, operation: str, body: Words) -> bool:
        """Send one record; tell whether the ministry has it."""
        try:
            self.gateway.call(operation, body)
        except (Refused, Lost) as trouble:
            self.log.append(f"{operation} {body['MaHoSo']}: {trouble}")
            return False
        return True
