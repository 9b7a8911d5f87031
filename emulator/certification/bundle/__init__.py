"""The bundle: one zip that holds an attempt, its verdicts, and what anybody needs to check both (decision 0025)."""

from __future__ import annotations

from importlib.util import find_spec

_LIBRARIES = ("cryptography", "fpdf", "in_toto_attestation", "junitparser", "securesystemslib", "segno")
_INSTALL = "pip install 'ndxp-emulator[certify]'"


def word_missing_libraries() -> tuple[str, str] | None:
    """Return what to install before a bundle can be sealed or verified (Vietnamese, English); None: all is there."""
    missing = ", ".join(name for name in _LIBRARIES if find_spec(name) is None)
    if not missing:
        return None
    return (
        f"thiếu thư viện niêm phong, kiểm tra gói và in báo cáo ({missing}); cài phần thêm: {_INSTALL}",
        f"the libraries that seal, verify and print are missing ({missing}); install the extra: {_INSTALL}",
    )
