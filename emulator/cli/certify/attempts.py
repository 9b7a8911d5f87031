"""``certify PLAN``: carry a plan out, driven or attended, and write the bundle."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from emulator.cli.certify.files import FILE
from emulator.cli.terminal import FORCE, CannotStart, write_file
from emulator.settings import PREFIX

_RUN_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify run ke-hoach.yaml
  ndxp-emulator certify run ke-hoach.yaml --command ./phan-mem --out lan-1
  ndxp-emulator certify run ke-hoach.yaml --key don-vi.pem --challenge thu-thach.json
  ndxp-emulator certify run ke-hoach.yaml --url http://127.0.0.1:8080 --json
"""


@click.command(epilog=_RUN_EXAMPLES)
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--command", "command", help="Lệnh chạy phần mềm, thay cho kế hoạch. / Command, instead of the plan's.")
@click.option("--attended", is_flag=True, help="Có người thao tác, dù kế hoạch có lệnh. / A person works the system.")
@click.option("--test", "tests", multiple=True, help="Chỉ tập dượt phép thử này. / Rehearse this test alone.")
@click.option("--group", "groups", multiple=True, help="Chỉ tập dượt nhóm này. / Rehearse this group alone.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Thư mục kết quả. / Folder of the result."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Cổng; 0: cổng trống. / Port; 0: a free one.")
@click.option("--url", default="", help="Máy chủ đang chạy, thay cho máy chủ riêng. / A running server.")
@click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help="Mã quản trị. / Admin token.")
@click.option("--key", type=FILE, help="Khóa bí mật để ký (L1). / Private key to sign with (L1).")
@click.option("--challenge", type=FILE, help="Thử thách đã ký (L2). / A signed challenge (L2).")
@click.option("--json", "is_json", is_flag=True, help="In báo cáo dạng JSON. / Print the report as JSON.")
def run(
    plan: Path,
    command: str | None,
    attended: bool,
    tests: tuple[str, ...],
    groups: tuple[str, ...],
    out: Path | None,
    is_json: bool,
    **more: Any,
) -> None:
    """Thực hiện một kế hoạch kiểm thử và ghi gói chứng cứ. / Carry a plan out and write the bundle.

    Viết gọn / for short: ndxp-emulator certify KE-HOACH.

    Mã thoát / exit codes: 0 đạt / passed, 1 có phép thử bắt buộc không đạt / a required test failed, 2 cấu hình /
    configuration, 3 chưa đủ / incomplete, 5 lỗi của trình giả lập / a fault of the emulator.
    """
    from emulator.cli.certify.files import plan_at
    from emulator.cli.certify.running import RunWish, carry_out

    read = plan_at(plan, command, attended=attended)
    read = replace(read, only=_tests_asked_for(read.kit, tests, groups) or read.only)
    default = plan.with_suffix(".tap" if read.only else ".luot")
    sys.exit(carry_out(read, RunWish(out or default, is_json=is_json, **more)))


def _tests_asked_for(kit_id: str, tests: tuple[str, ...], groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tests that were asked for. Raises CannotStart when the kit has no such test or group."""
    from emulator.certification.kit_reader import kit_of
    from emulator.country.furnish import nearest

    kit = kit_of(kit_id)
    known = [test.id for test in kit.tests]
    for option, named, there in (("--test", tests, known), ("--group", groups, list(kit.groups))):
        for name in named:
            if name not in there:
                vi, en = nearest(name, there)
                raise CannotStart(f"{option}: không có “{name}” trong bộ {kit_id}{vi}. / no {name!r} in {kit_id}{en}.")
    return tuple(test.id for test in kit.tests if test.id in tests or test.group in groups)


_NEW_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify new --kit btxh-a1
  ndxp-emulator certify new --kit kho-dl --out ke-hoach.yaml --product MotCua --vendor CongTy
"""
_NEW_PLAN = """\
# Kế hoạch chứng nhận · Plan of a certification. Từng từ: docs/certification · Each word is explained there.
# Chạy thử một phép thử · Rehearse one test:  ndxp-emulator certify {path} --test {test}
kit: {kit}
product: {{name: "{product}", version: "{version}", vendor: "{vendor}"}}
agency: H26                     # mã đơn vị · agency code
# command: ["./phan-mem"]       # mỗi cảnh một lần; bỏ dòng này: người thao tác · once a scene; without: attended
# patience: PT30M               # một cảnh chờ tối đa · how long a scene may take
# environment: [TEN_BIEN]       # biến môi trường lệnh cần thêm · variables the command needs
# features: [{features}]        # tính năng có; bỏ dòng này: mọi tính năng · features it has; without: all
# attestations:                 # điều máy không thấy, người khai · what people declare
{declared}"""


@click.command(epilog=_NEW_EXAMPLES)
@click.option("--kit", required=True, help="Bộ kiểm thử. / The kit.")
@click.option("--product", default="Phần mềm của tôi", help="Tên phần mềm. / The product.")
@click.option("--version", default="1.0", help="Phiên bản. / Its version.")
@click.option("--vendor", default="Đơn vị của tôi", help="Đơn vị phát triển. / The vendor.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("ke-hoach.yaml"), help="Tệp. / The file."
)
@FORCE
def new(kit: str, out: Path, force: bool, **words: str) -> None:
    """Viết một kế hoạch để sửa rồi chạy. / Write a plan, to be edited and run.

    Mã thoát / exit codes: 0 xong / done, 2 sai tham số hoặc không ghi được / bad value or no way to write.
    """
    from emulator.certification.kit_reader import NoKit, kit_of

    try:
        chosen = kit_of(kit)
    except NoKit as trouble:
        raise CannotStart(f"--kit: không có bộ “{kit}”{trouble.vi}. / no kit {kit!r}{trouble.en}.") from trouble
    attests = [test for test in chosen.tests if test.kind == "attest"]
    declared = "".join(f"#   {test.id}: {{by: , statement: }}   # {test.title['vi']}\n" for test in attests)
    quoted = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in words.items()}
    named = {"kit": kit, "path": out, "test": chosen.tests[0].id, "features": ", ".join(chosen.features)}
    write_file(out, _NEW_PLAN.format(declared=declared, **named, **quoted).encode(), force=force)
    click.echo(f"{out}\nndxp-emulator certify preflight {out}\nndxp-emulator certify {out}")


_PREFLIGHT_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify preflight ke-hoach.yaml
  ndxp-emulator certify preflight ke-hoach.yaml --command ./phan-mem
"""


@click.command(epilog=_PREFLIGHT_EXAMPLES)
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--command", help="Lệnh chạy phần mềm. / The vendor's command.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Cổng; 0: cổng trống. / Port; 0: a free one.")
def preflight(plan: Path, command: str | None, port: int) -> None:
    """Kiểm tra cấu hình trước khi kiểm thử. / Check the configuration before the first test.

    Mã thoát / exit codes: 0 sẵn sàng / ready, 2 chưa sẵn sàng / not ready.
    """
    from emulator.cli.certify import running
    from emulator.cli.certify.files import plan_at
    from emulator.cli.certify.session import open_session

    read = plan_at(plan, command)
    with tempfile.TemporaryDirectory(prefix="ndxp-certify-") as folder, ExitStack() as stack:
        wish = running.RunWish(Path(folder), port=port)
        running.check_machine(read, wish)
        session = open_session(running.client_of(stack, wish), running.words_of(read), None)
        ready = running.is_ready(session, running.performer_of(session, read, wish.out))
    if ready:
        click.echo("Sẵn sàng kiểm thử. / Ready.")
    sys.exit(0 if ready else running.NOT_READY)


_RESUME_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify resume ke-hoach.luot
  ndxp-emulator certify resume ke-hoach.luot --key don-vi.pem
"""


@click.command(epilog=_RESUME_EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", type=FILE, help="Khóa bí mật để ký. / Private key to sign with.")
@click.option("--json", "is_json", is_flag=True, help="In báo cáo dạng JSON. / Print the report as JSON.")
def resume(folder: Path, key: Path | None, is_json: bool) -> None:
    """Tiếp tục lượt kiểm thử dở dang; cảnh bị ngắt được làm lại. / Go on; a scene that broke off is played again.

    Mã thoát / exit codes: như / as of certify PLAN.
    """
    from emulator.certification.plan import plan_of
    from emulator.cli.certify import running
    from emulator.cli.certify.files import private_key_at
    from emulator.cli.certify.session import find_session

    attempt, port = running.find_attempt(folder)
    signer = private_key_at(key) if key else None
    with ExitStack() as stack:
        wish = running.RunWish(folder, port=port, is_json=is_json)
        session = find_session(running.client_of(stack, wish), attempt)
        if session is None or session.standing()["closed"]:
            raise CannotStart(f"{folder}: lượt kiểm thử đã đóng. / {folder}: the attempt is closed.")
        plan = plan_of(session.evidence()["plan"])
        sys.exit(running.play(session, plan, wish, key=signer, signed_challenge=running.kept_challenge(folder)))


_LISTING_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify list
  ndxp-emulator certify list btxh-a1
"""


@click.command("list", epilog=_LISTING_EXAMPLES)
@click.argument("kit", required=False)
def list_kits(kit: str | None) -> None:
    """Liệt kê các bộ kiểm thử, hoặc các phép thử của một bộ. / List the kits, or the tests of one."""
    from emulator.certification.kit_reader import NoKit, kit_names, kit_of
    from emulator.cli.terminal import CannotStart

    if kit is None:
        for name in kit_names():
            each = kit_of(name)
            click.echo(f"{name:<12} {each.version:<5} {len(each.tests):>3}  {each.title['vi']} / {each.title['en']}")
        return
    try:
        chosen = kit_of(kit)
    except NoKit as trouble:
        raise CannotStart(f"Không có bộ “{kit}”{trouble.vi}. / There is no kit {kit!r}{trouble.en}.") from trouble
    for test in chosen.tests:
        click.echo(f"{test.id:<14} {test.kind:<8} {test.level:<6} {test.title['vi']} / {test.title['en']}")
