"""``LICENCES.md``: every library of the lock with its licence, and what of others is copied into the wheel."""

from __future__ import annotations

from release.materials import CARRIED, ROOT, licence, locked

PAGE = ROOT / "LICENCES.md"
_HEAD = """# Licences

<!-- Written by `make docs`; do not edit. -->

`ndxp-emulator` is under Apache-2.0. Every library it needs to run stands below, in the version of
`requirements.lock`, with its licence as an SPDX expression; libraries are installed beside it, not copied into it.
As CycloneDX: `make sbom`.

| Library | Version | Licence | Needed by |
|---|---|---|---|"""
_CARRIED_HEAD = """
## Copied into the wheel

| Name | Version | Licence | Where |
|---|---|---|---|"""


def page() -> str:
    """Return the whole page."""
    rows = [f"| {pin.name} | {pin.version} | {licence(pin)} | {', '.join(pin.asked_by)} |" for pin in locked()]
    carried = [f"| {each.name} | {each.version} | {each.licence} | `{each.where}` |" for each in CARRIED]
    return "\n".join([_HEAD, *rows, _CARRIED_HEAD, *carried]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
