"""What may be scheduled in the portal's name: its list of security servers changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.country.agenda import BadEffect
from emulator.country.effects import TEXT, EffectKind
from emulator.country.world import World
from emulator.services.portal.pack import Portal
from emulator.services.portal.wire_catalogues import read_agency
from emulator.wire.agency_codes import is_agency_code


def judge_agency(words: Mapping[str, Any]) -> None:
    """Refuse a code that is no agency's."""
    if not is_agency_code(words["code"]):
        raise BadEffect("/code", "không phải mã cơ quan", "is no code of an agency")


def change_agency(words: Mapping[str, Any], world: World) -> None:
    """Change a row of LayDanhMucSSTaiTep (KDL V.1), or add one; an empty DSTCODE takes it off the list."""
    portal = Portal(world)
    row = {"MACOQUAN": words["code"], "TENCOQUAN": words.get("name", ""), "DSTCODE": words.get("dstcode", "")}
    new = read_agency(row)
    known = portal.listed.get(new.code) or portal.agency(words["code"])
    if known is not None:
        server = words.get("dstcode", known.security_server)
        new = replace(known, name=words.get("name", known.name), security_server=server)
    portal.listed.put_record(new)


EFFECTS = {"agency": EffectKind(change_agency, {"code": TEXT}, {"name": TEXT, "dstcode": TEXT}, judge_agency)}
