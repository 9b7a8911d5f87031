"""``certify PLAN``: carry a plan out, driven or attended, and write the bundle."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from emulator.cli.certify.reading import FILE
from emulator.settings import PREFIX

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify run ke-hoach.yaml
  ndxp-emulator certify run ke-hoach.yaml --command ./phan-mem --out lan-1
  ndxp-emulator certify run ke-hoach.yaml --key don-vi.pem --challenge thu-thach.json
  ndxp-emulator certify run ke-hoach.yaml --url http://127.0.0.1:8080 --json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--command", "command", help="Lệnh chạy phần mềm, thay cho kế hoạch. / Command, instead of the plan's.")
@click.option("--attended", is_flag=True, help="Có người thao tác, dù kế hoạch có lệnh. / A person works the system.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Thư mục kết quả. / Folder of the result."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Cổng; 0: cổng trống. / Port; 0: a free one.")
@click.option("--url", default="", help="Máy chủ đang chạy, thay cho máy chủ riêng. / A running server.")
@click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help="Mã quản trị. / Admin token.")
@click.option("--key", type=FILE, help="Khóa bí mật để ký (L1). / Private key to sign with (L1).")
@click.option("--challenge", type=FILE, help="Thử thách đã ký (L2). / A signed challenge (L2).")
@click.option("--json", "is_json", is_flag=True, help="In báo cáo dạng JSON. / Print the report as JSON.")
def run(plan: Path, command: str | None, attended: bool, out: Path | None, is_json: bool, **more: Any) -> None:
    """Thực hiện một kế hoạch kiểm thử và ghi gói chứng cứ. / Carry a plan out and write the bundle.

    Viết gọn / for short: ndxp-emulator certify KE-HOACH.

    Mã thoát / exit codes: 0 đạt / passed, 1 có phép thử bắt buộc không đạt / a required test failed, 2 cấu hình /
    configuration, 3 chưa đủ / incomplete, 5 lỗi của trình giả lập / a fault of the emulator.
    """
    from emulator.cli.certify.plans import plan_at
    from emulator.cli.certify.running import RunWish, carry_out

    read = plan_at(plan, command, attended=attended)
    sys.exit(carry_out(read, RunWish(out or plan.with_suffix(".luot"), is_json=is_json, **more)))
