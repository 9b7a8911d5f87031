"""Identifiers of the axis: ``VN:GOV:000.00.00.G22:vpcpdvcprovider`` and its other spellings (facts-gateway B1)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from emulator.wire.agency_codes import is_agency_code

SERVICE = "exchangeDataX"
HOST_PLACEHOLDER = "IP-SS-BNĐP"
MEMBER_CLASSES = ("GOV", "COM")

# B1 allows no underscore, yet KDL V.4 shows DVCQG_TEST: what the document prints is let through.
_PART = re.compile(r"[A-Za-z0-9'()+,\-.=?_]+", re.ASCII)
_TAX_CODE = re.compile(r"\d{10}(?:-\d{3})?", re.ASCII)
_PLACEHOLDER = re.compile(r"ip-ss-(?:bn[đd]p|donvi)", re.IGNORECASE)


class NotASubsystem(Exception):
    """A text is no identifier of a subsystem; ``vi`` and ``en`` say what is wrong with it."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


class SubsystemId(NamedTuple):
    """Instance, member class, member code and subsystem code."""

    instance: str
    member_class: str
    member: str
    code: str

    def __str__(self) -> str:
        """Return the colon form, the one a ``dstcode`` is written in."""
        return ":".join(self)

    @property
    def slashed(self) -> str:
        """Return ``VN/GOV/000.00.00.G22/vpcpdvcprovider``, each part percent-encoded, as headers carry it."""
        return _slashed(self)

    @property
    def as_text(self) -> str:
        """Return ``SUBSYSTEM:VN/GOV/…``, as messages print it."""
        return "SUBSYSTEM:" + "/".join(self)

    @property
    def service_text(self) -> str:
        """Return ``SERVICE:VN/GOV/…/exchangeDataX``, as messages print it."""
        return f"SERVICE:{'/'.join(self)}/{SERVICE}"


@lru_cache(maxsize=1024)
def _slashed(subsystem: SubsystemId) -> str:
    return "/".join(quote(part, safe="") for part in subsystem)


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
    """Tell whether a subject of access rights is a group: ``GLOBALGROUP:…`` or ``LOCALGROUP:…`` (facts-gateway B5)."""
    return subject.startswith(("GLOBALGROUP:", "LOCALGROUP:"))


def has_placeholder(text: str) -> bool:
    """Tell whether the words the guide prints in place of an address were left in (KDL V.3)."""
    if "xn--ip-ss-bnp" in text.lower():  # the IDNA form of IP-SS-BNĐP
        return True
    return bool(_PLACEHOLDER.search(unicodedata.normalize("NFC", text)))
