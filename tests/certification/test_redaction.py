"""What a vendor's program prints is evidence, and no place where a secret could slip into a bundle."""

from __future__ import annotations

import json
from typing import Any

from emulator.app import Country
from tests.builders import dossier
from tests.certification.stand import Stand, StraightWire
from tests.clients.reference.tasks import Client


class Chatterbox(Stand):
    """Its client prints every token it gets."""

    def did(self, client: Client, task: dict[str, Any]) -> dict[str, Any]:
        super().did(client, task)
        return {"how": "done", "exit_code": 0, "output": f"token {client.memory.get('token')}!"}


def test_a_token_in_a_programs_output_is_hidden_as_it_is_elsewhere(country: Country) -> None:
    stand = Chatterbox(country, "cong-ndxp")
    client = Client(stand.context, StraightWire(stand.visitor, stand.id))
    asked = stand.admin("POST", f"/attempts/{stand.id}/begin")
    stand.admin("POST", f"/attempts/{stand.id}/end", stand.did(client, asked["task"]))
    token = client.memory.get("token")
    told = stand.admin("GET", f"/attempts/{stand.id}/evidence")
    assert token
    assert [line for line in told["journal"] if token in line] == []
    hidden = next(name for name, opening in told["openings"].items() if opening["value"] == token)
    assert hidden in told["journal"][-1]


def test_a_remark_names_nobody_in_evidence_that_hides_people(country: Country) -> None:
    """A remark says what was found; what is hidden in the body is hidden there, too, and can be opened as one value."""
    stand = Stand(country, "btxh-a1", redaction="identity")
    client = Client(stand.context, StraightWire(stand.visitor, stand.id))
    stand.admin("POST", f"/attempts/{stand.id}/begin")
    number = "097000000001"  # of no province and no country
    client.gateway.call("DongBoDVC", dossier(CMND=number))
    stand.admin("POST", f"/attempts/{stand.id}/end", {"how": "done", "exit_code": 0})
    told = stand.admin("GET", f"/attempts/{stand.id}/evidence")
    assert [line for line in told["journal"] if number in line] == []
    hidden = next(name for name, opening in told["openings"].items() if opening["value"] == number)
    found = [each["found"] for line in told["journal"] for each in json.loads(line)["remarks"] if each["rule"] == "B23"]
    assert found == [hidden]
