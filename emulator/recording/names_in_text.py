"""Names of people in running text, where no field says that there is one. A guess, and ours.

Three to five words that begin like a name, or words in capitals behind a form of address. Names of places, offices and
streets are passed over by the word in front of them. A name nobody could guess is found only if a field holds it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CAPITAL = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_SMALL = _CAPITAL.lower()
_FAMILIES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Trương|Đào|Cao|Lò|Giàng|Sùng|"
    "Nguyen|Tran|Pham|Hoang|Huynh|Dang|Bui|Duong|Dinh|Trinh|Truong"
)
_TITLE_WORD = f"[{_CAPITAL}][{_SMALL}]*"
_UPPER_WORD = f"[{_CAPITAL}]+"
_NAME = re.compile(
    rf"(?<![\w-])(?:(?:{_FAMILIES})(?: {_TITLE_WORD}){{2,4}}|(?:{_FAMILIES.upper()})(?: {_UPPER_WORD}){{2,4}})(?!\w)"
)
_ADDRESSED = re.compile(
    r"(?<!\w)(?:[ôÔ]ng|[bB]à|[aA]nh|[cC]hị|[cC]háu|[cC]ụ|ÔNG|BÀ)(?: \([bB]à\))?:? "
    rf"((?:{_TITLE_WORD})(?: {_TITLE_WORD}){{1,4}})"
)
_PLACE_BEFORE = re.compile(
    r"(?:phố|đường|phường|xã|quận|huyện|tỉnh|thị trấn|thị xã|thôn|ấp|bản|tổ|khu|trường|bệnh viện|tp\.?|ubnd|công ty|"
    r"tập đoàn|chùa|cầu|sông|núi|đảo|quốc lộ)\s*\Z",
    re.IGNORECASE,
)
# Not names, though they begin like one: hồ sơ, lý do, cao đẳng, Hồ Chí Minh …
_NEVER_SECOND = {"sơ", "do", "lịch", "chí", "đẳng", "tuổi", "cấp", "tháng", "bằng", "thường", "khí", "hiệu", "trình"}


def with_other_names(text: str, other: Callable[[str], str]) -> str:
    """Return a text in which ``other`` has replaced what looks like names."""

    def replace_whole(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - 16) : found.start()]
        is_no_name = found[0].split()[1].lower() in _NEVER_SECOND or _PLACE_BEFORE.search(before)
        return found[0] if is_no_name else other(found[0])

    text = _NAME.sub(replace_whole, text)
    return _ADDRESSED.sub(lambda found: found[0].replace(found[1], other(found[1])), text)
