"""The axis on the wire: identifiers of subsystems, and the tables of a pack."""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache
from urllib.parse import quote

from emulator.kernel.clock import read_day
from emulator.kernel.values import value_class
from emulator.wire.codes import is_agency_code

# Identifiers of the axis: ``VN:GOV:000.00.00.G22:vpcpdvcprovider`` and its other spellings (src:xroad-identifiers).

SERVICE = "exchangeDataX"
HOST_PLACEHOLDER = "IP-SS-BNĐP"
SERVER_PREFIX = "/ss/"
"""``/ss/<unit>/…``: the security server of one of a sandbox's units, before the adapter's own path. Ours."""
MEMBER_CLASSES = ("GOV", "COM")
PRINTED_TAX_CODES = frozenset({"0108212803"})
"""The member code of one ``DSTCODE`` that KDL V.1 prints: a company's number, published as an address of the axis."""

# B1 allows no underscore, yet KDL V.4 shows DVCQG_TEST: what the document prints is let through.
_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?_]+", re.ASCII)
_TAX_CODE = re.compile(r"\d{10}(?:-\d{3})?", re.ASCII)


class NotASubsystem(Exception):
    """A text is no identifier of a subsystem; ``vi`` and ``en`` say what is wrong with it."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


@value_class
class SubsystemId:
    """Instance, member class, member code and subsystem code.

    ``text`` is the colon form, the one a ``dstcode`` is written in; ``as_path`` is
    ``VN/GOV/000.00.00.G22/vpcpdvcprovider``, each part percent-encoded, as headers carry it.
    """

    instance: str
    member_class: str
    member: str
    code: str
    text: str = field(init=False, compare=False)
    as_path: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        parts = (self.instance, self.member_class, self.member, self.code)
        object.__setattr__(self, "text", ":".join(parts))
        object.__setattr__(self, "as_path", "/".join(quote(part, safe="") for part in parts))

    def __str__(self) -> str:
        return self.text

    @property
    def as_text(self) -> str:
        """Return ``SUBSYSTEM:VN/GOV/…``, as messages print it."""
        return f"SUBSYSTEM:{self.text.replace(':', '/')}"

    @property
    def service_text(self) -> str:
        """Return ``SERVICE:VN/GOV/…/exchangeDataX``, as messages print it."""
        return f"SERVICE:{self.text.replace(':', '/')}/{SERVICE}"


@lru_cache(maxsize=1024)
def read_subsystem(text: str) -> SubsystemId:
    """Read the colon form.

    Raises:
        NotASubsystem: not four parts, an empty part, or a character that identifiers never hold.
    """
    parts = text.split(":")
    if len(parts) != 4:
        raise NotASubsystem(
            f"'{text}' có {len(parts)} phần; cần đúng bốn phần VN:<lớp>:<mã thành viên>:<mã hệ thống>",
            f"'{text}' has {len(parts)} part(s); four are expected: VN:<class>:<member>:<subsystem>",
        )
    wrong = next((part for part in parts if not _PART.fullmatch(part)), None)
    if wrong is not None:
        raise NotASubsystem(
            f"phần '{wrong}' của '{text}' trống hoặc có ký tự không được dùng (dấu cách, gạch chéo …)",
            f"part '{wrong}' of '{text}' is empty or holds a character that is not allowed (space, slash …)",
        )
    return SubsystemId(*parts)


def read_subject(text: str) -> str:
    """Return the colon form of a subject as people copy it from the screen (KDL V.4): ``SUBSYSTEM : VN : GOV : …``.

    A text that is no identifier comes back as it is, without the blanks around it.
    """
    plain = text.strip()
    parts = [part.strip() for part in re.split(r"[:/]", plain)]
    return ":".join(parts[1:]) if parts[0].upper() == "SUBSYSTEM" else ":".join(parts) if len(parts) == 4 else plain


def read_slashed(text: str) -> SubsystemId:
    """Read ``VN/GOV/000.00.00.H26/code``, the form of ``X-Road-Client``. Raises NotASubsystem."""
    return read_subsystem(text.replace("/", ":"))


def member_trouble(subsystem: SubsystemId) -> str | None:
    """Return what does not fit between member class and member code, in Vietnamese; None when all does.

    GOV members carry an agency code, COM members a tax code (K07).
    """
    if subsystem.member_class == "GOV" and not is_agency_code(subsystem.member):
        return f"mã thành viên '{subsystem.member}' của lớp GOV không phải mã định danh cơ quan"
    if subsystem.member_class == "COM" and not _TAX_CODE.fullmatch(subsystem.member):
        return f"mã thành viên '{subsystem.member}' của lớp COM không phải mã số thuế"
    if subsystem.member_class not in MEMBER_CLASSES:
        return f"lớp thành viên '{subsystem.member_class}' không có; chỉ có GOV và COM"
    return None


def is_group(subject: str) -> bool:
    """Tell whether a subject of access rights is a group: ``GLOBALGROUP:…`` or ``LOCALGROUP:…``.

    Sources: src:xroad-access-rights.
    """
    return subject.startswith(("GLOBALGROUP:", "LOCALGROUP:"))


# The tables of a pack that furnish the axis: which field of a row says what. Every value is a string.
#
# ``agencies`` are rows of ``LayDanhMucSSTaiTep`` (KDL V.1); each is a subsystem. The other tables are ours:
# ``subsystems`` adds what that list leaves out (second subsystems of a member, other spellings, states), ``hosts`` and
# ``hosted_files`` what stands behind them, ``grants`` and ``groups`` the screen Access Rights (KDL V.4).

Row = dict[str, str | None]

SUBSYSTEM_FIELDS = {
    "id": "DSTCODE",
    "member_name": "TENCOQUAN",
    "agency_code": "MACOQUAN",
    "alias_of": "alias_of",
    "default_service": "default_service",
    "is_listed": "is_listed",
    "is_subject": "is_subject",
    "is_reachable": "is_reachable",
    "service": "service",
    "notice": "notice",
}
FLAGS = ("is_listed", "is_subject", "is_reachable", "is_up", "offers_ranges", "is_outside", "is_attachment")


def name_row(row: Row, names: dict[str, str] | None = None) -> dict[str, str | bool]:
    """Return a row under English names, without empty cells; flags are ``1`` and ``0``."""
    pairs = names.items() if names else ((name, name) for name in row)
    cells = ((name, row.get(column)) for name, column in pairs)
    return {name: value == "1" if name in FLAGS else value for name, value in cells if value}


def grant_cells(row: Row) -> tuple[str, str, int]:
    """Return provider, subject and grant date of a row of ``grants``."""
    return row["provider"] or "", row["subject"] or "", read_day(row["granted_on"] or "") or 0


def member_list(row: Row) -> list[str]:
    """Return the members of a row of ``groups``: identifiers set apart by blanks."""
    return (row.get("members") or "").split()
