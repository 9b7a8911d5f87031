"""The manifest: the digest of every file, and what a reader asks first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from emulator.certification.bundle import form
from emulator.certification.bundle.levels import packed_level

SCHEMA, OLDER = "ndxp-emulator/bundle/2", "ndxp-emulator/bundle/1"
"""Bundles of the older form hold no pages that can be printed again, and journals that cannot be played again."""


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the lines that ``sha256sum -c`` checks."""
    return "".join(f"{form.sha256(files[name])}  {name}\n" for name in sorted(_content(files))).encode()


def manifest(files: Mapping[str, bytes], schema: str = SCHEMA) -> bytes:
    """Return the manifest. It holds nothing that does not stand in the other files, so that it can be made again."""
    report = form.object_in(files[form.REPORT])
    lines = form.lines_in(files[form.JOURNAL])
    told: dict[str, Any] = {
        "schema": schema,
        "attempt": form.object_in(files[form.ENVIRONMENT])["attempt"],
        "emulator": report["emulator"],
        "product": report["plan"]["product"],
        "kit": {name: report["kit"][name] for name in ("id", "version", "digest")},
        "challenge": report["challenge"]["digest"],
        "level": packed_level(files),
        "validity": report["validity"],
        "conclusion": report["conclusion"],
        "journal": {"lines": len(lines), "head": f"sha256:{form.sha256(lines[-1])}"},
        "files": {
            name: {"sha256": form.sha256(files[name]), "size": len(files[name])}
            for name in [*_content(files), form.SUMS]
        },
    }
    if form.VENDOR_KEY in files:
        from emulator.certification.bundle.keys import public_key

        told["signer"] = {"name": report["plan"]["product"]["vendor"], "key": public_key(files[form.VENDOR_KEY]).id}
    return form.pretty(told)


def _content(files: Mapping[str, bytes]) -> list[str]:
    return [name for name in files if name not in form.SEALS]


PAGE, SHEET = "report.html", "report.pdf"
PAGES, PAGES_IN_ENGLISH = (PAGE, SHEET), ("report.en.html", "report.en.pdf")
"""One language a page. Those in English are missing in bundles of older versions."""


def pages(report: bytes) -> dict[str, bytes]:
    """Return the printed report by file name: the same ``report.json`` gives the same bytes."""
    return dict(zip((*PAGES, *PAGES_IN_ENGLISH), _print_pages(report), strict=True))


@lru_cache(4)
def _print_pages(raw: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Drawing costs most of what a bundle costs: packing and verifying in one process do it once."""
    from emulator.certification.report import html, pdf

    report = form.object_in(raw)
    return html(report), pdf(report), html(report, "en"), pdf(report, "en")
