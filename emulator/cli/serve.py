"""``ndxp-emulator serve``: every flag has a twin in the environment, the flag wins."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from emulator.cli.serve_checks import (
    check_certificate,
    check_token,
    read_networks,
    refuse_blanks,
    warn_of_seed,
    warn_of_strange_variables,
)
from emulator.cli.stopping import CannotStart
from emulator.country.sandbox import Definition
from emulator.country.settings import MODES, MOST, PROFILES
from emulator.country.tenants import Quotas
from emulator.gateways.axis.allow_list import AllowList
from emulator.settings import PREFIX, Settings

F = TypeVar("F", bound=Callable[..., Any])
_EXAMPLES = """\b
Ví dụ / Examples:
  # chạy ở cổng 8080, kho dữ liệu giữ lại giữa các lần chạy / port 8080, the store is kept between runs
  ndxp-emulator serve
  # cổng trống bất kỳ, không giữ gì lại: cho kiểm thử tự động / any free port, nothing kept: for automated tests
  ndxp-emulator serve --port 0 --store :memory:
  # HTTPS bằng chứng chỉ thử nghiệm / HTTPS with a test certificate
  ndxp-emulator serve --tls --tls-name lgsp.example.vn
  # cho máy khác truy cập, bắt buộc có mã quản trị / reachable from other machines, an admin token is demanded
  NDXP_EMULATOR_ADMIN_TOKEN=... ndxp-emulator serve --host 0.0.0.0
"""


def _option(flag: str, help_text: str, *more_variables: str, **attributes: Any) -> Callable[[F], F]:
    """Declare a flag with its environment twin."""
    variable = PREFIX + flag.removeprefix("--").replace("-", "_").upper()
    variables = [variable, *more_variables] if more_variables else variable
    shown = " / ".join([variable, *more_variables])
    attributes.setdefault("show_default", not attributes.get("is_flag"))
    return click.option(flag, envvar=variables, help=f"{help_text} [{shown}]", cls=_Twin, **attributes)


class _Twin(click.Option):
    """An option whose error names both the flag and its variable."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002 - click's
        """Return the variable's text. What Kubernetes says of a Service of our name was not meant for us (T1)."""
        for name in _variables_of(self):
            value = os.environ.get(name)
            if value and _OF_KUBERNETES.fullmatch(value):
                click.echo(f"{name}={value}: của Kubernetes, bỏ qua. / Kubernetes's, ignored.", err=True)
            elif value:
                return value
        return None

    def get_error_hint(self, ctx: click.Context | None) -> str:
        names = self.envvar if isinstance(self.envvar, list) else [self.envvar]
        return f"{super().get_error_hint(ctx)} ({' / '.join(map(str, names))})"


_OF_KUBERNETES = re.compile(r"(?:tcp|udp|sctp)://\S+")
_NUMBER, _SIZE = click.IntRange(min=1), click.IntRange(min=1024)
_FLAGS: tuple[Callable[[Any], Any], ...] = (
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
        "Hạt giống ngẫu nhiên; khoá của sandbox suy ra từ nó. / Seed of all luck; a sandbox's keys follow from it.  "
        "[default: 42; bí mật khi máy khác truy cập được / secret when other machines can reach the server]",
        type=click.IntRange(-MOST, MOST),
        show_default=False,
    ),
    _option("--workers", "Số tiến trình phục vụ. / Number of workers.", type=_NUMBER, default=2),
    _option(
        "--worker-kind",
        "Kiểu tiến trình phục vụ. / Kind of worker.",
        type=click.Choice(["asgi", "gthread"]),
        default="asgi",
    ),
    _option("--tls", "HTTPS bằng chứng chỉ thử nghiệm. / HTTPS with a test certificate.", is_flag=True),
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
        "Khoá của chứng chỉ đó (PEM). / That certificate's key (PEM).",
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


def _with_flags(command: F) -> F:
    for declare in reversed(_FLAGS):
        command = declare(command)
    return command


@click.command(epilog=_EXAMPLES)
@_with_flags
def serve(**flags: Any) -> None:
    """Chạy cả "quốc gia" giả lập trên một cổng. / Serve the whole emulated country on one port."""
    refuse_blanks(flags)
    warn_of_strange_variables({name for option in serve.params for name in _variables_of(option)})
    settings = _guard_admin(_settings(flags))
    _refuse_plain_windows()
    gc.disable()  # a start makes objects to keep: looking for garbage costs a fifteenth of it; the launch turns it on
    from emulator.cli.serving import serve_until_stopped

    serve_until_stopped(settings)


def _guard_admin(settings: Settings) -> Settings:
    """Return settings whose admin API strangers cannot use; ``generate_admin_token`` stays set if one was made."""
    if settings.admin_token is not None:
        check_token(settings.admin_token)
        return replace(settings, generate_admin_token=False)
    if settings.generate_admin_token:
        import secrets

        return replace(settings, admin_token=secrets.token_urlsafe(24))
    if not is_loopback(settings.host):
        flags = f"--admin-token ({PREFIX}ADMIN_TOKEN)", "--generate-admin-token"
        raise CannotStart(
            f"Nghe ở {settings.host} thì máy khác truy cập được: hãy đặt {' hoặc '.join(flags)}. / Other machines can "
            f"reach {settings.host}: set {' or '.join(flags)}."
        )
    return settings


def _variables_of(option: click.Parameter) -> list[str]:
    given = getattr(option, "envvar", None)
    return [given] if isinstance(given, str) else list(given or ())


def _refuse_plain_windows() -> None:
    from importlib.util import find_spec

    if find_spec("fcntl") is None:
        raise CannotStart(
            "serve cần Linux hoặc macOS; trên Windows hãy dùng WSL hoặc Docker. / "
            "serve needs Linux or macOS: on Windows, use WSL or Docker."
        )


def _settings(flags: dict[str, Any]) -> Settings:
    packs = tuple(flags.pop("pack"))
    flags["base_hosts"], flags["tls_names"] = flags.pop("base_host"), flags.pop("tls_name")
    flags["opens_console"] = flags.pop("open")
    plays, places = _scenarios(flags.pop("scenario"), flags.pop("set"))
    made_of = {name: flags.pop(name) for name in ("mode", "profile")}
    flags["trusted_proxies"] = tuple(map(str, read_networks(flags.pop("trusted_proxy"), "--trusted-proxy")))
    flags["allowed_origins"] = flags.pop("allow_origin")
    check_certificate(flags)
    allowed = AllowList(read_networks(flags.pop("live_address"), "--live-address"), flags["admin_token"])
    quotas = Quotas(*(flags.pop(name) for name in ("max_sandboxes", "max_sandboxes_per_owner", "sandbox_ttl")))
    seed, is_open = flags.pop("seed"), not is_loopback(flags["host"])
    if seed is not None:
        made_of["seed"] = seed
        if is_open:
            warn_of_seed(seed, flags["host"])
    definition = Definition(pack=packs[0], scenario=plays[0]["name"] if plays else None, scenarios=plays, **made_of)
    return Settings(
        packs=packs,
        default=definition,
        scenarios=places,
        has_own_seed=seed is not None,
        quotas=quotas,
        live_addresses=allowed,
        secret_seeds=is_open and seed is None,
        **flags,
    )


def _scenarios(wishes: Sequence[str], values: Sequence[str]) -> tuple[tuple[dict[str, Any], ...], tuple[Path, ...]]:
    """Return the scenarios that play, and where files are found: those that were named, and whatever lies beside them.

    A folder plays nothing: it is a place where scenarios are chosen from.
    """
    plays, places = list[dict[str, Any]](), list[Path]()
    for wish in wishes:
        path = Path(wish).resolve()
        if path.is_dir():
            places.append(path)
        elif wish.endswith((".yaml", ".yml")):
            places += [path, path.parent]
            plays.append({"name": path.stem})
        else:
            plays.append({"name": wish})
    pairs = dict(_pair(value) for value in values)
    if pairs and plays:
        plays[0]["set"] = pairs
    elif pairs:
        raise CannotStart("--set cần --scenario. / --set needs --scenario.")
    return tuple(plays), tuple(places)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CannotStart(f"--set {text}: cần TÊN=GIÁ_TRỊ. / --set {text}: NAME=VALUE is expected.")
    return name, value


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens there."""
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
