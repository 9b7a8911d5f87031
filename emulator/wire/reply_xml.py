"""``CertificateExtentData`` on its way out: the tag spelling of the printed replies, broken only on request (B41, B42).

The XML was read and found well formed when it came in, so ``<`` begins a tag wherever it stands, and the two list
names can be respelled without parsing again: a pull prints thousands of them.
"""

from __future__ import annotations

import re

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>\s*")
_LIST_TAG = re.compile(r"(</?)danhsach(tailieunop|giaytoketqua)(?=[\s/>])", re.IGNORECASE)
_RESULTS = re.compile(r"<(danhsachgiaytoketqua)(?:\s[^>]*)?>.*</\1\s*>", re.IGNORECASE | re.DOTALL)
_ENDINGS = {"tailieunop": "TaiLieuNop", "giaytoketqua": "GiayToKetQua"}
_SOUND = "<?xml version='1.0' encoding='utf-8'?>"
_STRAY_QUOTE = "<?xml version='1.0' encoding='utf-8'?'>"


def printed(text: str, *, small_s: bool, broken: bool) -> str:
    """Return the XML with one declaration and the list names spelled one way.

    ``small_s`` writes ``DanhsachTaiLieuNop`` (BTXH 3.1.5), else ``DanhSachTaiLieuNop``. ``broken`` copies the faults
    of the printed samples: a stray quote in the declaration, and a list that opens with S and closes with s (B42, B43).
    """
    body = _DECLARATION.sub("", text)

    def respell(found: re.Match[str]) -> str:
        opening, ending = found.group(1), _ENDINGS[found.group(2).lower()]
        small = (opening == "</") if broken and ending == "TaiLieuNop" else small_s
        return f"{opening}Danh{'s' if small else 'S'}ach{ending}"

    return (_STRAY_QUOTE if broken else _SOUND) + _LIST_TAG.sub(respell, body)


def without_results(text: str) -> str:
    """Return the XML with an empty result list, as the sample of BTXH 3.1.5 prints it (B49)."""
    return _RESULTS.sub(r"<\1 />", text)
