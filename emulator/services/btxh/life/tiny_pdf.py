"""A small PDF that every viewer opens, the same bytes every time."""

from __future__ import annotations

from itertools import accumulate


def pdf(*lines: str) -> bytes:
    """Return a one-page PDF 1.4. ``lines`` are ASCII: the built-in fonts have no Vietnamese letters."""
    escaped = (line.translate({40: "\\(", 41: "\\)", 92: "\\\\"}) for line in lines)
    text = "BT /F1 14 Tf 56 780 Td 20 TL " + " ".join(f"({line}) Tj T*" for line in escaped) + " ET"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    objects = [f"{number} 0 obj\n{part}\nendobj\n".encode("ascii") for number, part in enumerate(parts, 1)]
    head = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    *starts, end = accumulate((len(each) for each in objects), initial=len(head))
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    tail = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n"
    return head + b"".join(objects) + tail.encode("ascii")
