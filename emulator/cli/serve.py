"""``ndxp-emulator serve``: every flag has a twin in the environment and one in a file; the flag wins."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from emulator.cli.config_file import config_lines
from emulator.cli.frame import variables_of
from emulator.cli.serve_checks import (
    check_certificate,
    check_kind,
    check_token,
    read_networks,
    refuse_blanks,
    warn_of_seed,
    warn_of_strange_variables,
)
from emulator.cli.serve_flags import FLAGS
from emulator.cli.terminal import CannotStart, write_data
from emulator.country.access import Quotas
from emulator.country.sandbox import Definition
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


def _with_flags(command: F) -> F:
    for declare in reversed(FLAGS):
        command = declare(command)
    return command


@click.command(epilog=_EXAMPLES)
@_with_flags
def serve(**flags: Any) -> None:
    """Chạy cả "quốc gia" giả lập trên một cổng. / Serve the whole emulated country on one port."""
    del flags["config"]  # its values have become the other flags' defaults
    refuse_blanks(flags)
    warn_of_strange_variables({name for option in serve.params for name in variables_of(option)})
    if flags.pop("print_config"):
        write_data("".join(f"{line}\n" for line in config_lines(click.get_current_context())))
        return
    settings = _guard_admin(_settings(flags))
    check_kind(settings.worker_kind)
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
    quotas = Quotas(
        *(flags.pop(name) for name in ("max_sandboxes", "max_sandboxes_per_owner", "sandbox_ttl", "max_packs")),
        *(flags.pop(name) for name in ("max_calls", "max_dossiers", "max_uploaded_bytes")),
    )
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
