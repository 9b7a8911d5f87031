"""A task as a person reads it: Vietnamese names of things, days and times as they are written here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

LABELS = {
    "no": "cảnh số",
    "now": "thời điểm",
    "do": "việc cần làm",
    "dossiers": "hồ sơ",
    "dossier_code": "mã hồ sơ",
    "procedure": "thủ tục",
    "code": "mã",
    "name": "tên",
    "sector_code": "mã lĩnh vực",
    "sector_name": "lĩnh vực",
    "channel": "kênh nộp",
    "delivery": "hình thức trả",
    "payment": "thanh toán",
    "vneid_verified": "đã xác thực VNeID",
    "applicant": "người nộp",
    "kind": "loại",
    "full_name": "họ và tên",
    "born_on": "ngày sinh",
    "gender": "giới tính",
    "ethnicity": "dân tộc",
    "citizen_id": "số định danh",
    "id_issued_on": "ngày cấp",
    "id_issued_by": "nơi cấp",
    "phone": "điện thoại",
    "email": "thư điện tử",
    "registered_address": "thường trú",
    "province": "tỉnh (GSO)",
    "district": "huyện (GSO)",
    "commune": "xã (GSO)",
    "hamlet": "thôn, tổ",
    "detail": "chi tiết",
    "place": "nơi xử lý",
    "unit": "đơn vị",
    "received_at": "tiếp nhận lúc",
    "submitted_at": "nộp lúc",
    "status": "trạng thái",
    "national_database": "CSDL quốc gia đã dùng",
    "files": "tệp nộp",
    "url": "đường dẫn",
    "digitised": "đã số hóa",
    "reused": "tái sử dụng",
    "from_kho_dl": "lấy từ Kho DL",
    "results": "giấy tờ kết quả",
    "result_code": "mã kết quả",
    "reference_number": "số ký hiệu",
    "steps": "các bước xử lý",
    "handled_at": "xử lý lúc",
    "officer": "cán bộ",
    "account": "tài khoản",
    "title": "chức danh",
    "note": "nội dung",
    "started_on": "bắt đầu",
    "due_on": "hạn",
}
_WORDS = {
    "push-dossiers": "gửi hồ sơ mới lên Bộ (DongBoDVC, LoaiDuLieu 1)",
    "push-results": "gửi kết quả cuối cùng lên Bộ (DongBoDVC, LoaiDuLieu 100)",
    "push-course": "gửi hồ sơ rồi các bước xử lý (DongBoDVC, XuLyHoSo)",
    "pull-dossiers": "lấy hồ sơ đăng ký trên cổng của Bộ (DanhSachHoSo, LoaiDuLieu 1)",
    "pull-results": "lấy kết quả cuối cùng (DanhSachHoSo, LoaiDuLieu 100)",
    "pull-steps": "lấy tiến trình xử lý (TienTrinhXuLy)",
    "in-person": "trực tiếp",
    "online": "trực tuyến",
    "post": "bưu chính công ích",
    "counter": "tại bộ phận một cửa",
    "male": "nam",
    "female": "nữ",
    "citizen": "người dân",
    "population": "dân cư",
    "none": "không phát sinh",
    "national-portal": "trực tuyến trên Cổng DVCQG",
    "own-portal": "trực tuyến trên cổng của đơn vị",
    "direct": "trực tiếp",
}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def task_lines(task: Mapping[str, Any], depth: int = 1) -> list[str]:
    """Return a task as lines to read."""
    lines = []
    indent = "  " * depth
    for name, value in task.items():
        label = LABELS.get(name, name)
        if isinstance(value, Mapping):
            lines += [f"{indent}{label}:", *task_lines(value, depth + 1)]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, each in enumerate(value, 1):
                lines += [f"{indent}{label} {number}:", *task_lines(each, depth + 1)]
        else:
            lines.append(f"{indent}{label}: {_plain(value)}")
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "–"
    text = "" if value is None else str(value)
    if _MOMENT.match(text):
        return f"{datetime.fromisoformat(text):%d/%m/%Y %H:%M:%S}"
    if _DAY.fullmatch(text):
        return f"{datetime.fromisoformat(text):%d/%m/%Y}"
    return _WORDS.get(text, text) or "–"


_COLOURS = {"pass": "green", "warn": "yellow", "fail": "red", "error": "red", "omit": "bright_black"}
WORDS = {
    "pass": "đạt",
    "warn": "đạt, có lưu ý",
    "fail": "KHÔNG ĐẠT",
    "inconclusive": "chưa đủ căn cứ",
    "skip": "bỏ qua: phép trước chưa đạt",
    "omit": "không áp dụng",
    "review": "chờ người xem xét",
    "error": "lỗi của trình giả lập",
    "waiting": "đang chờ",
}


def progress(asked: Mapping[str, Any], *, is_quiet: bool) -> None:
    """Say which scene begins."""
    if not is_quiet:
        click.echo(f"[{asked['task']['no']}/{asked['scenes']}] {asked['title']['vi']}", err=True)


def summary(report: Mapping[str, Any], bundle: Path) -> str:
    """Return the verdicts, findings of what did not pass, and where the bundle lies."""
    lines = [f"{report['kit']['title']['vi']} {report['kit']['version']}"]
    for test in report["tests"]:
        word = click.style(f"{WORDS[test['verdict']]} ({test['verdict']})", fg=_COLOURS.get(test["verdict"]))
        lines.append(f"  {test['id']:<14} {test['level']:<6} {word}  {test['title']['vi']}")
        if test["verdict"] not in ("pass", "omit", "review"):
            lines += _why(test)
    lines += [
        "",
        f"Kết luận / conclusion: {report['conclusion']['vi']} / {report['conclusion']['en']}",
        f"Gói chứng cứ / bundle: {bundle}",
        f"Kiểm chứng / verify:   ndxp-emulator certify verify {bundle}",
    ]
    return "\n".join(lines)


def _why(test: Mapping[str, Any]) -> list[str]:
    told = []
    for finding in test["findings"]:
        if finding["answer"] == "good":
            continue
        seen = f" (#{', #'.join(map(str, finding['evidence']))})" if finding["evidence"] else ""
        told.append(f"      - {finding['vi']} / {finding['en']}{seen}")
    return [*told[:4], f"      → {test['next']['vi']} / {test['next']['en']}"]
