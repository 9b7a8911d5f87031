"""``docs/licences.md``: every library of the lock with its licence, and what of others is copied into the wheel."""

from __future__ import annotations

from release.materials import CARRIED, ROOT, licence, locked

PAGE = ROOT / "docs" / "licences.md"
_HEAD = """# Giấy phép · Licences

<!-- Written by `make docs`; do not edit. -->

`ndxp-emulator` theo giấy phép Apache-2.0. Mọi thư viện mà nó cần khi chạy, đúng phiên bản trong
`requirements.lock`, giấy phép viết theo SPDX; thư viện được cài riêng, không chép vào gói.
Danh mục dạng CycloneDX: `make sbom`.

`ndxp-emulator` is under Apache-2.0. Every library it needs to run, in the version of `requirements.lock`,
licences as SPDX expressions; libraries are installed beside it, not copied into it. As CycloneDX: `make sbom`.

| Thư viện · Library | Phiên bản · Version | Giấy phép · Licence | Cần bởi · Needed by |
|---|---|---|---|"""
_CARRIED_HEAD = """
## Chép vào gói · Copied into the wheel

| Tên · Name | Phiên bản · Version | Giấy phép · Licence | Chỗ · Where |
|---|---|---|---|"""


def page() -> str:
    """Return the whole page."""
    rows = [f"| {pin.name} | {pin.version} | {licence(pin)} | {', '.join(pin.asked_by)} |" for pin in locked()]
    carried = [f"| {each.name} | {each.version} | {each.licence} | `{each.where}` |" for each in CARRIED]
    return "\n".join([_HEAD, *rows, _CARRIED_HEAD, *carried]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
