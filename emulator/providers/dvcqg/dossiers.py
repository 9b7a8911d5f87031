"""``DongBoHoSoMC`` and ``TraCuuHoSo`` (facts-platforms §1.6).

A batch is taken whole or not at all: no source says, and a half-taken batch cannot be told from its one reply. Ours.
"""

from __future__ import annotations

from dataclasses import replace

from emulator.kernel.exchange import Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.providers.dvcqg import rules
from emulator.providers.dvcqg.desk import Desk
from emulator.wire import dvcqg_dossier as wire
from emulator.wire.dvcqg_codes import BAD_FIELD, EXISTS, UNKNOWN_DOSSIER
from emulator.wire.dvcqg_forms import PortalDossier
from emulator.wire.dvcqg_lists import dossier_rows


def synchronise_dossiers(desk: Desk) -> Reply:
    """``DongBoHoSoMC``: create (``isUpdating`` False) or update (True) dossiers.

    Raises:
        ServiceRefusal: a field, a code or a move between statuses is wrong; on create -3 for a code that is there,
            on update -4 for one that is not.
    """
    is_updating = wire.read_is_updating(desk.asked.given, desk.reading)
    dossiers = _read_batch(desk)
    desk.settle()
    desk.world.hold()
    for place, dossier in enumerate(dossiers):
        kept = _follow(dossier, desk.portal.dossiers.get(dossier.code), is_updating, place, desk)
        desk.portal.dossiers.put(kept)
    desk.settle()
    done = "Cập nhật" if is_updating else "Đồng bộ"
    return desk.envelope.accepted(f"{done} {len(dossiers)} hồ sơ thành công")


def _read_batch(desk: Desk) -> list[PortalDossier]:
    dossiers: list[PortalDossier] = []
    for place, element in enumerate(wire.read_elements(desk.asked.given, desk.reading)):
        dossier = wire.read_dossier(element, place, desk.unit_code, desk.reading)
        if dossier is None:
            continue
        if any(dossier.code == other.code for other in dossiers):
            wire.refuse_field(
                desk.reading, "repeated-code", f"/data/{place}/MaHoSo", BAD_FIELD, "lặp lại trong cùng một lần gọi", ""
            )
        rules.check_dossier(dossier, place, desk)
        dossiers.append(dossier)
    return dossiers


def _follow(
    dossier: PortalDossier, stored: PortalDossier | None, is_updating: bool, place: int, desk: Desk
) -> PortalDossier:
    """Return the dossier as it is to be kept after the one that is stored."""
    if stored and not is_updating:
        raise ServiceRefusal(EXISTS, f"Hồ sơ {dossier.code} đã tồn tại")
    if is_updating and not stored:
        raise ServiceRefusal(UNKNOWN_DOSSIER, f"Hồ sơ {dossier.code} không tồn tại: hãy gửi với isUpdating = False")
    before = stored.status if stored else None
    if before != dossier.status:
        rules.check_move(before, dossier.status, f"/data/{place}/TrangThaiHoSo", desk)
    if stored is None:
        return dossier
    rules.check_same_owner(stored, dossier)
    return replace(dossier, owner_id=dossier.owner_id or stored.owner_id, origin=stored.origin)


def find_dossier(desk: Desk) -> Reply:
    """``TraCuuHoSo``: a list that is empty for a dossier not yet synchronised. The keys of its row are ours."""
    code = desk.asked.text("mahoso")
    if not code:
        raise ServiceRefusal(BAD_FIELD, "Thiếu trường bắt buộc mahoso: mã hồ sơ")
    found = desk.portal.dossiers.get(code)
    visible = found is not None and rules.may_see(found, desk.unit_code)
    return desk.envelope.found(dossier_rows(found) if found and visible else [])
