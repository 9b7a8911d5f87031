"""The sheet of a class: A4 to cut along the dashes, eight seats a page, each with QR code, typed code and keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from emulator.certification.report.sheet import FONTS

_TEXT, _CODE = "Tinos", "Cousine"
_ACROSS, _DOWN = 2, 4
_WIDE, _HIGH, _EDGE = 105.0, 74.25, 7.0
_QR = 32.0
_WORDS = {
    "vi": ("chỗ", "Quét mã, hoặc mở", "rồi gõ", "Địa chỉ gốc", "Ai cầm phiếu này vào được chỗ của bạn: giữ lấy nó."),
    "en": (
        "seat",
        "Scan the code, or open",
        "and type",
        "Base address",
        "Whoever has this sheet has your seat: keep it.",
    ),
}


def sheet_of(made: Mapping[str, Any], language: str) -> bytes:
    """Return the PDF of an opened class, as ``class open`` keeps it; ``language`` is vi or en."""
    pdf = FPDF(format="A4")
    for style, file in (("", "Regular"), ("B", "Bold"), ("I", "Italic")):
        pdf.add_font(_TEXT, style, FONTS / f"Tinos-{file}.ttf")
    pdf.add_font(_CODE, "", FONTS / "Cousine-Regular.ttf")
    pdf.set_auto_page_break(False)
    pdf.set_title(str(made["title"]))
    pdf.set_creation_date(datetime.fromisoformat(made["opened"]).astimezone(UTC))
    for place, seat in enumerate(made["seats"]):
        at = place % (_ACROSS * _DOWN)
        if at == 0:
            pdf.add_page()
            _draw_cuts(pdf)
        _draw_seat(pdf, made, seat, (at % _ACROSS * _WIDE, at // _ACROSS * _HIGH), _WORDS[language])
    return bytes(pdf.output())


def _draw_cuts(pdf: FPDF) -> None:
    pdf.set_draw_color(150, 156, 164)
    pdf.set_dash_pattern(dash=2, gap=2)
    pdf.line(_WIDE, 0, _WIDE, _HIGH * _DOWN)
    for row in range(1, _DOWN):
        pdf.line(0, _HIGH * row, _WIDE * _ACROSS, _HIGH * row)
    pdf.set_dash_pattern()


def _draw_seat(
    pdf: FPDF, made: Mapping[str, Any], seat: Mapping[str, Any], corner: tuple[float, float], words: tuple[str, ...]
) -> None:
    left, top = corner[0] + _EDGE, corner[1] + _EDGE
    wide = _WIDE - 2 * _EDGE
    pdf.set_xy(left, top)
    _write(pdf, f"{made['title']} · {words[0]} {seat['number']}", 9, wide, left)
    _write(pdf, str(seat["person"]), 13 if len(seat["person"]) < 34 else 9, wide, left, style="B")
    top = max(top + 13, pdf.get_y() + 1)  # a long name takes a line more; the code is never drawn over
    _draw_qr(pdf, str(seat["join"]), left + wide - _QR, top)
    pdf.set_xy(left, top)
    beside = wide - _QR - 3
    _write(pdf, words[1], 9, beside, left)
    _write(pdf, str(seat["join"]).partition("#")[0], 6.5, beside, left, font=_CODE)
    _write(pdf, words[2], 9, beside, left)
    _write(pdf, str(seat["code"]), 11, beside, left, font=_CODE)
    pair = seat["credentials"]["production"]
    pdf.set_xy(left, top + _QR + 1)
    for label, value in (
        (words[3], seat["base_url"]),
        ("consumer key", pair["consumer_key"]),
        ("consumer secret", pair["consumer_secret"]),
    ):
        _write(pdf, f"{label}: {value}", 7.5, wide, left, font=_CODE)
    _write(pdf, words[4], 7.5, wide, left, style="I")


def _write(pdf: FPDF, text: str, size: float, wide: float, left: float, *, style: str = "", font: str = _TEXT) -> None:
    pdf.set_x(left)
    pdf.set_font(font, style, size)
    pdf.multi_cell(wide, size * 0.44, text, align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)


def _draw_qr(pdf: FPDF, text: str, left: float, top: float) -> None:
    import segno

    rows = [list(row) for row in segno.make(text, error="m").matrix]
    side = _QR / len(rows)
    pdf.set_fill_color(0, 0, 0)
    for down, row in enumerate(rows):
        for across, is_dark in enumerate(row):
            if is_dark:
                pdf.rect(left + across * side, top + down * side, side, side, style="F")
