"""The report as an A4 PDF: fonts in it, heads repeated on every page, links to the exchanges, numbers at the foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from emulator.certification.report import blocks as b
from emulator.certification.report.chapters import day_of, paper

if TYPE_CHECKING:
    from emulator.certification.report import AttemptReport

FONTS = Path(__file__).parent / "fonts"
"""Letters that papers carry within them, Vietnamese with all its marks."""
_TEXT, _CODE = "Tinos", "Cousine"
_TONES = {"plain": (20, 20, 20), "good": (20, 104, 58), "bad": (163, 22, 33), "doubtful": (122, 75, 0)}
_TONES |= {"quiet": (105, 110, 116)}
_SOFT, _INK, _LINE, _HEAD = (92, 96, 102), (20, 20, 20), (150, 156, 164), (238, 240, 243)
_WIDTH = 175  # A4 less margins of 20 and 15 mm, as official papers have them


class _Sheet(FPDF):
    """A4 with the paper's name and the page number at the foot."""

    def __init__(self, name: str) -> None:
        super().__init__(format="A4")
        self.name = name
        for style, file in (("", "Regular"), ("B", "Bold"), ("I", "Italic")):
            self.add_font(_TEXT, style, FONTS / f"Tinos-{file}.ttf")
        self.add_font(_CODE, "", FONTS / "Cousine-Regular.ttf")
        self.set_margins(20, 18, 15)
        self.set_auto_page_break(True, 20)
        self.alias_nb_pages()

    def footer(self) -> None:
        """Write the foot of a page."""
        self.set_y(-14)
        self.set_font(_TEXT, "I", 8.5)
        self.set_text_color(*_SOFT)
        self.cell(_WIDTH - 20, 5, _fit(self, self.name, _WIDTH - 25))
        self.cell(20, 5, f"{self.page_no()}/{{nb}}", align="R")

    def say(self, text: str, size: float, *, style: str = "", align: str = "L", tone: Any = _INK) -> None:
        """Write a paragraph."""
        self.set_text_color(*tone)
        self.set_font(_TEXT, style, size)
        self.multi_cell(0, size * 0.46, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def keep(self, height: float) -> None:
        """Begin a new page when less than this height is left on the page."""
        if self.get_y() + height > self.page_break_trigger:
            self.add_page()


def _fit(pdf: FPDF, text: str, width: float) -> str:
    while len(text) > 4 and pdf.get_string_width(text) > width:
        text = text[:-2].rstrip("… ") + "…"
    return text


def sheet(report: AttemptReport, language: b.Language = "vi") -> bytes:
    """Return the PDF in one language; the same report gives the same bytes."""
    told = paper(report, language)
    pdf = _Sheet(told.name)
    pdf.set_creation_date(day_of(report).astimezone(UTC).replace(microsecond=0))
    pdf.set_title(told.name)
    pdf.set_lang(language)
    pdf.set_producer("ndxp-emulator")
    pdf.add_page()
    anchors: dict[str, int] = {}

    def link(anchor: str) -> int:
        return anchors.setdefault(anchor, pdf.add_link())

    for at, block in enumerate(told.blocks):
        if isinstance(block, b.Heading):
            pdf.keep(_height_together(told.blocks[at + 1 :]))
        _WRITERS[type(block)](pdf, block, link)
    for target in anchors.values():  # a link to what is not shown leads to the first page
        if not pdf.links[target].page_number:
            pdf.set_link(target, page=1)
    return bytes(pdf.output())


_MOST_TOGETHER, _FEW_ROWS = 110.0, 6


def _height_together(following: Sequence[b.Block]) -> float:
    """Return how high in mm, about, is what stays on one page with its heading: small tables, a place to sign."""
    height = 14.0
    for block in following:
        if isinstance(block, b.Signatures):
            height += 52
        elif isinstance(block, b.Text):
            height += 7
        elif isinstance(block, b.Table) and len(block.rows) <= _FEW_ROWS:
            height += 6.6 * (len(block.rows) + 1)
        else:
            break
    return min(height, _MOST_TOGETHER)


Link = Callable[[str], int]


def _motto(pdf: _Sheet, block: b.Motto, _: Link) -> None:
    top, half = pdf.get_y(), _WIDTH / 2
    columns = (
        (20.0, ((block.issuer.vi, "B", 11), ("", "", 4), (block.number.vi, "", 11))),
        (
            20 + half,
            (
                (block.nation.vi, "B", 11),
                (block.words.vi, "B", 12),
                ("", "", 4),
                (block.place_and_day.vi, "I", 11),
            ),
        ),
    )
    pdf.set_text_color(*_INK)
    bottoms = []
    for left, lines in columns:
        pdf.set_y(top)
        for text, style, size in lines:
            pdf.set_x(left)
            if not text:
                pdf.set_draw_color(*_INK)
                pdf.line(left + half * 0.32, pdf.get_y() + 1, left + half * 0.68, pdf.get_y() + 1)
                pdf.ln(3)
                continue
            pdf.set_font(_TEXT, style, size)
            pdf.multi_cell(half, size * 0.46, text, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        bottoms.append(pdf.get_y())
    pdf.set_y(max(bottoms) + 6)


def _title(pdf: _Sheet, block: b.Title, _: Link) -> None:
    pdf.say(block.vi, 15, style="B", align="C")
    pdf.say(block.below, 12, style="B", align="C")
    pdf.ln(3)


def _verdict(pdf: _Sheet, block: b.Verdict, _: Link) -> None:
    tone = _TONES[block.tone]
    top = pdf.get_y()
    pdf.ln(2)
    pdf.say(block.vi, 14, style="B", align="C", tone=tone)
    pdf.ln(1)
    pdf.set_left_margin(24)
    pdf.set_right_margin(19)
    for line in block.lines:
        pdf.set_x(24)
        pdf.say(line.vi, 10.5, tone=_TONES[line.tone])
        pdf.ln(0.8)
    pdf.set_left_margin(20)
    pdf.set_right_margin(15)
    pdf.set_draw_color(*tone)
    pdf.set_line_width(0.6)
    pdf.rect(20, top, _WIDTH, pdf.get_y() - top + 1.5)
    pdf.set_line_width(0.2)
    pdf.set_y(pdf.get_y() + 4)


def _code2d(pdf: _Sheet, block: b.Code2d, _: Link) -> None:
    import segno

    pdf.keep(30)
    rows = [list(row) for row in segno.make(block.content, error="m").matrix]
    side, top = 26 / len(rows), pdf.get_y()
    pdf.set_fill_color(0, 0, 0)
    for down, row in enumerate(rows):
        for across, is_dark in enumerate(row):
            if is_dark:
                pdf.rect(20 + across * side, top + down * side, side + 0.02, side + 0.02, style="F")
    pdf.set_left_margin(50)
    pdf.set_xy(50, top + 4)
    pdf.say(block.vi, 9.5)
    pdf.set_left_margin(20)
    pdf.set_y(max(pdf.get_y(), top + 29))


def _heading(pdf: _Sheet, block: b.Heading, link: Link) -> None:
    size = {1: 13.0, 2: 12.0, 3: 11.5}[block.level]
    pdf.keep(34 if block.level < 3 else 46)
    pdf.ln({1: 4, 2: 2.5, 3: 2}[block.level])
    if block.anchor:
        pdf.set_link(link(block.anchor))
    pdf.start_section(block.vi, level=block.level - 1)
    pdf.say(block.vi, size, style="B")
    pdf.ln(1)


def _text(pdf: _Sheet, block: b.Text, _: Link) -> None:
    pdf.say(block.vi, 11, tone=_TONES[block.tone])
    pdf.ln(1.5)


def _table(pdf: _Sheet, block: b.Table, link: Link) -> None:
    pdf.set_draw_color(*_LINE)
    pdf.set_font(_TEXT, "", 9.5)
    for anchor in block.anchors:  # rows get their places when the table is complete: a link leads to its head
        pdf.set_link(link(anchor))
    head = FontFace(emphasis="BOLD", color=_INK, fill_color=_HEAD)
    with pdf.table(
        col_widths=block.widths,
        width=_WIDTH,
        align="LEFT",
        line_height=4.4,
        padding=1,
        text_align="LEFT",
        headings_style=head,
        borders_layout=TableBordersLayout.ALL,
    ) as table:
        drawn = table.row()
        for cell in block.heads:
            drawn.cell(cell.vi)
        for row in block.rows:
            drawn = table.row()
            for cell in row:
                face = FontFace(color=_TONES[cell.tone], emphasis="BOLD" if cell.tone in ("good", "bad") else None)
                drawn.cell(cell.vi or " ", style=face, link=link(cell.leads_to) if cell.leads_to else None)
    pdf.ln(2)


def _code(pdf: _Sheet, block: b.Code, _: Link) -> None:
    pdf.set_font(_CODE, "", 8)
    pdf.set_text_color(*_INK)
    pdf.set_fill_color(246, 247, 249)
    # every letter is as wide as the next: lines are cut by counting, which costs a tenth of measuring each letter
    most = int((pdf.epw - 2 * pdf.c_margin) / pdf.get_string_width("0"))
    for line in block.vi.expandtabs(4).splitlines():
        for at in range(0, max(len(line), 1), most):
            pdf.cell(0, 3.7, line[at : at + most], fill=True, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)


def _signatures(pdf: _Sheet, block: b.Signatures, _: Link) -> None:
    pdf.keep(48)
    pdf.ln(4)
    top, share = pdf.get_y(), _WIDTH / len(block.who)
    for at, who in enumerate(block.who):
        pdf.set_xy(20 + at * share, top)
        pdf.set_text_color(*_INK)
        pdf.set_font(_TEXT, "B", 10.5)
        pdf.multi_cell(share, 4.8, who.vi.upper(), align="C", new_x=XPos.LEFT, new_y=YPos.NEXT)
        pdf.set_font(_TEXT, "I", 9)
        pdf.multi_cell(share, 4.2, block.how.vi, align="C")
    pdf.set_y(top + 44)


_WRITERS: dict[type, Callable[[_Sheet, Any, Link], None]] = {
    b.Motto: _motto,
    b.Title: _title,
    b.Verdict: _verdict,
    b.Code2d: _code2d,
    b.Heading: _heading,
    b.Text: _text,
    b.Table: _table,
    b.Code: _code,
    b.Signatures: _signatures,
}
