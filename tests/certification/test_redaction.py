"""What a vendor's program prints is evidence, and no place where a secret could slip into a bundle."""

from __future__ import annotations

from typing import Any

from emulator.app import Country
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
