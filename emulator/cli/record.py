"""``ndxp-emulator record``: stands between a client and a real platform, and writes down what may be written down."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.terminal import CannotStart
from emulator.settings import PREFIX

if TYPE_CHECKING:
    import socket

    from emulator.recording.cleaning import Closed, Ledger
    from emulator.recording.forward import Platform
    from emulator.recording.pseudonyms import Pseudonyms

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator record --to https://api.example.vn --port 8090 --out ban-ghi
  ndxp-emulator record --to https://10.0.0.5:8243 --ca ca.pem --out ban-ghi --scenario nhu-that
"""
_PATIENCE_S = 10
_SHORTEST_KEY = 16
_SIZE = click.IntRange(1024, 1 << 30)


@dataclass(frozen=True)
class _RecordWish:
    to: str
    host: str
    port: int
    out: Path
    session: str | None
    scenario_id: str | None
    ca: Path | None
    key_file: Path | None
    replace_codes: bool
    timeout: float
    body_limit: int
    keep_limit: int
    max_calls: int
    stop_after: int | None
    admin_token: str | None


@click.command(epilog=_EXAMPLES)
@click.option("--to", required=True, help="Địa chỉ nền tảng thật; không đi đâu khác. / The platform; nowhere else.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Địa chỉ nghe. / Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Cổng, 0: bất kỳ. / Port.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Thư mục ghi. / Folder.")
@click.option("--session", help="Tên tệp bản ghi, không có đuôi. / Name of the session file, without its ending.")
@click.option("--scenario", "scenario_id", help="Viết luôn kịch bản NAME.yaml. / Also write the scenario NAME.yaml.")
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Chứng chỉ gốc để tin, thay cho của hệ thống. / Certificates to trust, in place of the system's.",
)
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Khóa của tên giả, để nhiều bản ghi cùng tên giả; mặc định: mới mỗi lần, không lưu. / Key of the pseudonyms, "
    "for several sessions alike; by default a new one each time, kept nowhere.",
)
@click.option("--replace-codes", is_flag=True, help="Thay cả số chạy của mã hồ sơ. / Running numbers of dossiers too.")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), default=60, show_default=True, help="Giây. / Seconds.")
@click.option("--body-limit", type=_SIZE, default=100 << 20, show_default=True, help="Byte chuyển tiếp. / Passed on.")
@click.option("--keep-limit", type=_SIZE, default=5 << 20, show_default=True, help="Byte ghi lại. / Kept of a body.")
@click.option("--max-calls", type=click.IntRange(1), default=10_000, show_default=True, help="Số cuộc gọi giữ. / Kept.")
@click.option("--stop-after", type=click.IntRange(1), help="Dừng sau từng ấy cuộc gọi. / Stop after so many calls.")
@click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help="Mã mà máy khác phải gửi. / For other machines.")
def record(**flags: Any) -> None:
    """Ghi lại một nền tảng thật, thay dữ liệu cá nhân trước khi ghi đĩa. / Record a platform, people replaced.

    Mã thoát / exit codes: 0 đã ghi / written, 1 có cuộc gọi không được ghi / some calls were not written,
    2 không chạy được / cannot start.
    """
    from emulator.cli.closing import put_down
    from emulator.recording.forward import BadAddress, platform_of

    wish = _RecordWish(**flags)
    try:
        platform = platform_of(wish.to, str(wish.ca) if wish.ca else None, wish.timeout)
    except BadAddress as trouble:
        raise CannotStart(f"--to: {trouble}") from trouble
    _check_host(wish)
    _check_scenario(wish.scenario_id)
    path = _session_path(wish)
    closed = _record(wish, platform)
    code = put_down(closed, path)
    if wish.scenario_id:
        from emulator.cli.replay import write_scenario

        write_scenario(closed.exchanges, wish.scenario_id, wish.out)
    raise SystemExit(code)


def _check_host(wish: _RecordWish) -> None:
    from emulator.cli.serve import is_loopback

    if not is_loopback(wish.host) and not wish.admin_token:
        raise CannotStart(
            f"Nghe ở {wish.host} thì máy khác gọi qua đây được: hãy đặt --admin-token ({PREFIX}ADMIN_TOKEN). / Other "
            f"machines can call through {wish.host}: set --admin-token ({PREFIX}ADMIN_TOKEN)."
        )


def _check_scenario(scenario_id: str | None) -> None:
    if scenario_id is not None:
        from emulator.cli.replay import check_id

        check_id(scenario_id)


def _session_path(wish: _RecordWish) -> Path:
    name = wish.session or time.strftime("session-%Y%m%d-%H%M%S")
    if not name or Path(name).name != name or name.startswith("."):
        raise CannotStart(f"--session: “{name}” không phải tên tệp. / {name!r} is no file name.")
    paths = [wish.out / f"{name}.jsonl", *([wish.out / f"{wish.scenario_id}.yaml"] if wish.scenario_id else [])]
    try:
        wish.out.mkdir(parents=True, exist_ok=True)
        if not os.access(wish.out, os.W_OK):
            raise PermissionError(f"{wish.out}: không ghi được / not writable")
    except OSError as trouble:
        raise CannotStart(f"--out: {trouble}") from trouble
    for path in paths:
        if path.exists():
            raise CannotStart(
                f"{path} đã có; đặt tên khác bằng --session, --scenario. / {path} exists: give another name by "
                "--session, --scenario."
            )
    return paths[0]


def _record(wish: _RecordWish, platform: Platform) -> Closed:
    from emulator.recording.proxy import Proxy, Rules

    ledger = _ledger(wish)
    rules = Rules(platform, wish.body_limit, wish.keep_limit, wish.admin_token, wish.stop_after)
    proxy = Proxy(_listener(wish), rules, ledger.add)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):  # a terminal that closes must not cost the session
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: proxy.stopped.set())
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    _announce(wish, platform, proxy.server_address[1])
    proxy.stopped.wait()
    proxy.shutdown()
    proxy.wait_for_calls(_PATIENCE_S)
    proxy.server_close()
    closed = ledger.close()
    return closed._replace(not_kept=closed.not_kept + proxy.faults)


def _ledger(wish: _RecordWish) -> Ledger:
    from emulator.recording.cleaning import Bounds, Cleaner, Ledger

    pseudonyms = pseudonyms_of(wish.key_file, replaces_codes=wish.replace_codes)
    return Ledger(Cleaner(pseudonyms), Bounds(calls=wish.max_calls))


def _listener(wish: _RecordWish) -> socket.socket:
    from emulator.recording.proxy import listen

    try:
        return listen(wish.host, wish.port)
    except OSError as trouble:
        where = f"{wish.host}:{wish.port}"
        raise CannotStart(
            f"Không mở được cổng {where}: {trouble.strerror}; dùng --port 0. / Cannot listen on {where}: "
            f"{trouble.strerror}; use --port 0."
        ) from trouble


def _announce(wish: _RecordWish, platform: Platform, port: int) -> None:
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(wish.host, wish.host)  # noqa: S104 - where one is reached
    host = f"[{reached}]" if ":" in reached else reached
    base_url = f"http://{host}:{port}"
    click.echo(f"đang ghi / recording     {base_url} → {platform.base_url}", err=True)
    click.echo("dừng bằng Ctrl-C; khi đó mới ghi đĩa / stop with Ctrl-C, nothing is written before", err=True)
    click.echo(json.dumps({"event": "ready", "base_url": base_url, "to": platform.base_url}))


def pseudonyms_of(key_file: Path | None, *, replaces_codes: bool) -> Pseudonyms:
    """Return the pseudonyms of a new session.

    Raises:
        CannotStart: the key file cannot be read, or is too short to keep anything secret.
    """
    from datetime import datetime

    from emulator.kernel.clock import VIETNAM
    from emulator.recording.pseudonyms import Pseudonyms

    return Pseudonyms(_key(key_file), datetime.now(VIETNAM).date(), replaces_codes=replaces_codes)


def _key(key_file: Path | None) -> bytes:
    if key_file is None:
        import secrets

        return secrets.token_bytes(32)
    try:
        key = key_file.read_bytes().strip()
    except OSError as trouble:
        raise CannotStart(f"--key-file: {trouble}") from trouble
    if len(key) < _SHORTEST_KEY:
        raise CannotStart(f"--key-file: cần ít nhất {_SHORTEST_KEY} byte / at least {_SHORTEST_KEY} bytes are needed")
    return key
