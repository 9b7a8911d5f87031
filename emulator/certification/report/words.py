"""The words of the report."""

from __future__ import annotations

from emulator.certification.report.blocks import Tone

VERDICTS: dict[str, tuple[str, str, Tone]] = {
    "pass": ("Đạt", "pass", "good"),
    "warn": ("Đạt, có lưu ý", "pass with warnings", "doubtful"),
    "fail": ("Không đạt", "fail", "bad"),
    "inconclusive": ("Chưa đủ căn cứ", "inconclusive", "doubtful"),
    "skip": ("Bỏ qua", "skipped", "doubtful"),
    "omit": ("Không áp dụng", "does not apply", "quiet"),
    "review": ("Chờ xem xét", "under review", "doubtful"),
    "error": ("Lỗi trình giả lập", "emulator error", "bad"),
    "waiting": ("Đang chờ", "waiting", "quiet"),
}
CONCLUSION_TONES: dict[str, Tone] = {
    "pass": "good",
    "notes": "good",
    "conditional": "doubtful",
    "fail": "bad",
    "incomplete": "doubtful",
}
KINDS = {
    "observe": ("quan sát hành vi đúng", "does the right thing"),
    "probe": ("gây sự cố, xem khôi phục", "recovers from trouble"),
    "silence": ("xem có biết dừng", "holds back"),
    "attest": ("người khai, chờ xem xét", "declared by a person"),
}
BASES = {
    "document": ("tài liệu", "the documents"),
    "platform": ("nền tảng, nguồn có xếp hạng", "the platform, a graded source"),
    "ours": ("của bộ công cụ này", "this tool's own"),
}
LEGAL_BASES = (
    ("Thông tư 24/2020/TT-BTTTT, Phụ lục 2c: kiểm thử hoặc vận hành thử", "Circular 24/2020/TT-BTTTT, annex 2c"),
    ("Thông tư 16/2024/TT-BTTTT: kiểm thử trước nghiệm thu", "Circular 16/2024/TT-BTTTT"),
    ("Thông tư 01/2023/TT-VPCP: kiểm tra dịch vụ công trước và sau khi công bố", "Circular 01/2023/TT-VPCP"),
    ("Phụ lục 1 kèm Công văn 342/LĐTBXH-BTXH (2023), theo bản văn bản trích xuất", "Annex 1 of letter 342/LĐTBXH-BTXH"),
    ("Tài liệu hướng dẫn khai thác Kho dữ liệu, VPCP-KSTT (2024), theo bản văn bản trích xuất", "Kho DL guide, 2024"),
)


def bare(digest: str) -> str:
    """Return a digest without its algorithm."""
    return digest.removeprefix("sha256:")
