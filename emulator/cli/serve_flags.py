"""The flags of ``serve``: each with its twin in the environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from emulator.cli.config_file import CONFIG_FILE, read_config
from emulator.cli.frame import Twin
from emulator.cli.serve_checks import usual_kind
from emulator.country.settings import MODES, MOST, PROFILES
from emulator.server.launch import KINDS
from emulator.settings import PREFIX

F = TypeVar("F", bound=Callable[..., Any])


def _option(flag: str, help_text: str, *more_variables: str, **attributes: Any) -> Callable[[F], F]:
    """Declare a flag with its environment twin."""
    variable = PREFIX + flag.removeprefix("--").replace("-", "_").upper()
    variables = [variable, *more_variables] if more_variables else variable
    shown = " / ".join([variable, *more_variables])
    attributes.setdefault("show_default", not attributes.get("is_flag"))
    return click.option(flag, envvar=variables, help=f"{help_text} [{shown}]", cls=Twin, **attributes)


_NUMBER, _SIZE = click.IntRange(min=1), click.IntRange(min=1024)
FLAGS: tuple[Callable[[Any], Any], ...] = (
    _option(
        "--config",
        f"Tệp TOML, mỗi cờ một dòng; mặc định {CONFIG_FILE} của thư mục này, nếu có. / TOML file, a line a flag; "
        f"{CONFIG_FILE} of this folder when there is one.",
        type=click.Path(dir_okay=False, path_type=Path),
        is_eager=True,
        callback=read_config,
        show_default=False,
    ),
    _option(
        "--print-config",
        "In cấu hình đang có hiệu lực, dùng được làm tệp, rồi dừng. / Print the configuration in force, fit to be the "
        "file, and stop.",
        is_flag=True,
    ),
    _option("--host", "Địa chỉ nghe. / Address to listen on.", default="127.0.0.1"),
    _option(
        "--port",
        "Cổng, 0 là cổng trống bất kỳ. / Port, 0 for any free one.",
        "PORT",
        default=8080,
        type=click.IntRange(0, 65535),
    ),
    _option(
        "--port-file",
        "Ghi số cổng vào tệp này. / Write the port to this file.",
        type=click.Path(dir_okay=False, path_type=Path),
    ),
    _option(
        "--store",
        "Tệp kho dữ liệu hoặc :memory:. / Store file, or :memory:.  "
        "[default: thư mục dữ liệu của bạn / your data folder]",
        show_default=False,
    ),
    _option(
        "--pack",
        "Gói dữ liệu mẫu: tên hoặc thư mục; lặp lại được. / Fixture pack: name or folder; repeatable.",
        multiple=True,
        default=("co-ban",),
    ),
    _option(
        "--mode",
        "Cách xử lý chỗ tài liệu mâu thuẫn. / What to do where the documents disagree.",
        type=click.Choice(MODES),
        default="documented",
    ),
    _option(
        "--profile",
        "Phương ngữ của cổng NDXP. / Dialect of the NDXP gateway.",
        type=click.Choice(PROFILES),
        default="apim-3.2",
    ),
    _option(
        "--scenario",
        "Kịch bản của sandbox default: tên, tệp hoặc thư mục; lặp lại được. / "
        "Scenario of the sandbox default: name, file, or a folder to choose from; repeatable.",
        multiple=True,
        show_default=False,
    ),
    _option(
        "--set",
        "Giá trị tham số của kịch bản đầu, TÊN=GIÁ_TRỊ; lặp lại được. / Value of a parameter of the first scenario, "
        "NAME=VALUE; repeatable.",
        multiple=True,
        show_default=False,
    ),
    _option(
        "--watch", "Đọc lại tệp kịch bản khi nó thay đổi. / Read a scenario file again when it changes.", is_flag=True
    ),
    _option(
        "--seed",
        "Hạt giống ngẫu nhiên; khóa của sandbox suy ra từ nó. / Seed of all luck; a sandbox's keys follow from it.  "
        "[default: 42; bí mật khi máy khác truy cập được / secret when other machines can reach the server]",
        type=click.IntRange(-MOST, MOST),
        show_default=False,
    ),
    _option("--workers", "Số tiến trình phục vụ. / Number of workers.", type=_NUMBER, default=2),
    _option(
        "--worker-kind",
        "Kiểu tiến trình; plain: một tiến trình, cho Windows. / Kind of worker; plain: one process, for Windows.  "
        "[default: asgi; plain khi không có fork / plain where there is no fork]",
        type=click.Choice(KINDS),
        default=usual_kind,
        show_default=False,
    ),
    _option(
        "--tls",
        "HTTPS bằng chứng chỉ thử nghiệm (phần thêm tls). / HTTPS with a test certificate (the extra tls).",
        is_flag=True,
    ),
    _option(
        "--tls-name",
        "Thêm tên miền vào chứng chỉ; lặp lại được. / One more name for the certificate; repeatable.",
        multiple=True,
    ),
    _option(
        "--tls-cert",
        "HTTPS bằng chứng chỉ này (PEM); SIGHUP: đọc lại. / HTTPS with this certificate (PEM); SIGHUP: read it again.",
        type=click.Path(dir_okay=False, path_type=Path),
    ),
    _option(
        "--tls-key",
        "Khóa của chứng chỉ đó (PEM). / That certificate's key (PEM).",
        type=click.Path(dir_okay=False, path_type=Path),
    ),
    _option(
        "--trusted-proxy",
        "Proxy được tin khi nói X-Forwarded-For, -Proto: địa chỉ hoặc mạng; lặp lại được. / Proxy whose "
        "X-Forwarded-For and -Proto are believed: address or network; repeatable.",
        multiple=True,
        show_default=False,
    ),
    _option(
        "--allow-origin",
        "Trang web khác được gọi API quản trị, như https://ci.example.vn; lặp lại được. / Another web site that may "
        "call the admin API, as https://ci.example.vn; repeatable.",
        multiple=True,
        show_default=False,
    ),
    _option("--admin-token", "Mã mà API quản trị đòi. / Token that the admin API demands."),
    _option(
        "--generate-admin-token",
        "Chưa đặt mã quản trị thì sinh một mã và in ra. / No admin token set: make one and print it.",
        is_flag=True,
    ),
    _option(
        "--base-host",
        "Tên miền gốc của <sandbox>.<tên>; lặp lại được. / Base of <sandbox>.<name>; repeatable.",
        multiple=True,
        default=("localhost", "api.ngsp.gov.vn"),
    ),
    _option(
        "--body-limit",
        "Số byte lớn nhất của một yêu cầu. / Largest request body in bytes.",
        type=_SIZE,
        default=20 * 1024 * 1024,
    ),
    _option(
        "--max-journal",
        "Số cuộc gọi nhật ký giữ cho mỗi sandbox. / Calls the journal keeps per sandbox.",
        type=_NUMBER,
        default=10_000,
    ),
    _option(
        "--max-journal-bytes",
        "Số byte nhật ký giữ cho mỗi sandbox. / Bytes the journal keeps per sandbox.",
        type=_SIZE,
        default=256 * 1024 * 1024,
    ),
    _option(
        "--max-journal-body",
        "Thân dài hơn chỉ giữ phần đầu và mã băm. / A longer body is kept as its beginning and digest.",
        type=_SIZE,
        default=4 * 1024 * 1024,
    ),
    _option(
        "--live-address",
        "Mạng mà cơ quan chạy thật được ở, như 10.1.0.0/16; lặp lại được. / Network where live agencies may be, as "
        "10.1.0.0/16; repeatable.",
        multiple=True,
        show_default=False,
    ),
    _option(
        "--max-sandboxes",
        "Số sandbox nhiều nhất trên máy chủ. / Most sandboxes on the server.",
        type=_NUMBER,
        show_default=False,
    ),
    _option(
        "--max-sandboxes-per-owner",
        "Số sandbox nhiều nhất của một chủ (owner). / Most sandboxes of one owner.",
        type=_NUMBER,
        show_default=False,
    ),
    _option(
        "--sandbox-ttl",
        "Số giây một sandbox mới được sống. / Seconds that a new sandbox lives.",
        type=_NUMBER,
        show_default=False,
    ),
    _option(
        "--max-packs",
        "Số gói dữ liệu nhiều nhất được đưa vào bằng API quản trị. / Most packs brought in by the admin API.",
        type=_NUMBER,
        default=20,
    ),
    _option(
        "--journal-replica",
        "Bản sao chỉ đọc của cơ sở dữ liệu, để đọc nhật ký: postgresql://…. / Read-only replica of the database from "
        "which journals are read: postgresql://….",
        show_default=False,
    ),
    _option(
        "--max-calls",
        "Số cuộc gọi nhiều nhất mỗi phút của một sandbox. / Most calls a minute of one sandbox.",
        type=_NUMBER,
        show_default=False,
    ),
    _option(
        "--max-dossiers",
        "Số hồ sơ nhiều nhất của một sandbox, ngoài gói dữ liệu. / Most dossiers of one sandbox over its pack.",
        type=_NUMBER,
        show_default=False,
    ),
    _option(
        "--max-uploaded-bytes",
        "Số byte tệp nhiều nhất được tải lên một sandbox. / Most bytes of files uploaded to one sandbox.",
        type=_SIZE,
        show_default=False,
    ),
    _option(
        "--durability",
        "Cuộc gọi đã trả lời sống sót qua: tiến trình bị diệt, hay mất điện. / What an answered call outlives: "
        "a killed process, or the loss of power.",
        type=click.Choice(["process", "power"]),
        default="process",
    ),
    _option(
        "--ss-ports",
        "Mở cả cổng 5500 và 5577 của máy chủ bảo mật, để thử telnet. / Open a security server's 5500 and 5577 too.",
        is_flag=True,
    ),
    _option(
        "--ss-port-base",
        "Cổng thay cho 5500; cổng kia cao hơn 77. / Port instead of 5500; the other is 77 higher.",
        type=click.IntRange(1, 65535 - 77),
        default=5500,
    ),
    _option("--open", "Mở trang xem trong trình duyệt. / Open the console in a browser.", is_flag=True),
    _option("--quiet", "Không in lời chào. / No banner.", is_flag=True),
    _option(
        "--log-level",
        "Mức nhật ký trên stderr; info: mỗi cuộc gọi một dòng. / Level of the log on stderr; info: a line a call.",
        type=click.Choice(["debug", "info", "warning", "error"]),
        default="warning",
    ),
    _option(
        "--log-format",
        "Dạng nhật ký trên stderr. / Form of the log on stderr.",
        type=click.Choice(["text", "json"]),
        default="text",
    ),
)
