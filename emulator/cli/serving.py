"""From settings to a server that runs: the order of the start, and what is said when it is ready."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn, TextIO

from emulator.app import Country, application, found_country, open_packs
from emulator.cli.terminal import CannotStart
from emulator.country.axis import contact_of, units_of
from emulator.country.effects import GATEWAY
from emulator.country.pack import Pack, PackTrouble
from emulator.kernel.delivery import write_whole
from emulator.kernel.exchange import Call, Exchange
from emulator.server.certificates import CertificateTrouble, FaultyCertificates, issue
from emulator.server.launch import Companion, LaunchPlan, begin_logging, bind, end_on_signals, run, when_ready
from emulator.services.registry import ServiceTrouble, services
from emulator.settings import MEMORY, Settings, data_folder
from emulator.store.opening import Upkeep, open_replica, open_store
from emulator.store.store import StoreTrouble, try_lock

# What ``serve`` says when it is ready: a banner for people on stderr, one JSON line for programs on stdout.

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Announcement:
    """A server that is about to be ready; ``pid`` is the arbiter's, the process to signal.

    ``units`` are the agencies that can work at once, as ``contact_of`` tells them. ``admin_token`` is one that nobody
    knows yet; a token that somebody chose is never said.
    """

    base_url: str
    credentials: dict[str, dict[str, str]]
    store: str
    ca_file: str | None
    port: int
    port_file: Path | None
    is_quiet: bool
    ss_ports: tuple[int, int] | None = None
    admin_token: str | None = None
    units: tuple[Mapping[str, Any], ...] = ()
    pid: int = field(default_factory=os.getpid)
    opens_browser: bool = False

    @property
    def console_url(self) -> str:
        """Return where the pages for people begin."""
        return f"{self.base_url}/__console/"


def announce(ready: Announcement) -> None:
    """Say it once. A closed stream stops nothing."""
    if ready.port_file:
        _write_port(ready.port_file, ready.port)
    if not ready.is_quiet:
        _say(sys.stderr, _banner(ready))
    _say(sys.stdout, _line(ready))
    if ready.opens_browser:
        _open_browser(ready.console_url)


def _open_browser(address: str) -> None:
    """Show the console in the person's browser, from a thread: a browser may take its time, and none is no fault."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _line(ready: Announcement) -> str:
    message: dict[str, object] = {
        "event": "ready",
        "base_url": ready.base_url,
        "admin_url": f"{ready.base_url}/__admin",
        "console_url": ready.console_url,
        "pid": ready.pid,
        "credentials": ready.credentials,
        "units": ready.units,
    }
    if ready.admin_token:
        message["admin_token"] = ready.admin_token
    if ready.ca_file:
        message["ca_file"] = ready.ca_file
    if ready.ss_ports:
        message["ss_ports"] = list(ready.ss_ports)
    return json.dumps(message)


def _banner(ready: Announcement) -> str:
    pair = ready.credentials["production"]
    trust = f"--cacert {ready.ca_file} " if ready.ca_file else ""
    lines = [
        f"ndxp-emulator sẵn sàng / ready     {ready.base_url}",
        f"trang xem / console                {ready.console_url}",
        f"quản trị / admin                   {ready.base_url}/__admin",
        f"consumer key                       {pair['consumer_key']}",
        f"consumer secret                    {pair['consumer_secret']}",
        f"kho dữ liệu / store                {ready.store}",
    ]
    lines += [f"đơn vị / unit   {each['code']:<18} {each['security_server']}" for each in ready.units]
    if ready.admin_token:
        lines.append(f"mã quản trị / admin token          {ready.admin_token}")
    if ready.ca_file:
        lines.append(f"chứng chỉ gốc / CA                 {ready.ca_file}")
    if ready.ss_ports:
        lines.append(f"cổng máy chủ bảo mật / SS ports    {', '.join(map(str, ready.ss_ports))}")
    lines.append("thử ngay / try it:")
    lines.append(
        f"  curl {trust}-u {pair['consumer_key']}:{pair['consumer_secret']} -d grant_type=client_credentials "
        f"{ready.base_url}/token"
    )
    return "\n".join(lines)


def _say(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        print(text, file=stream, flush=True)
    except (OSError, ValueError) as trouble:
        _log.debug("nobody listens: %s", trouble)


def _write_port(path: Path, port: int) -> None:
    """Whoever waits for the file finds the whole number in it."""
    try:
        write_whole(path, f"{port}\n".encode())
    except OSError as trouble:
        _log.error("the port file %s cannot be written: %s", path, trouble)


_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server on every address is reached


def serve_until_stopped(settings: Settings) -> NoReturn:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        CannotStart: port, store, pack or certificate stand in the way.
        SystemExit: the server has ended.
    """
    _check_port_file(settings.port_file)
    begin_logging(settings.log_level, settings.log_format)
    end_on_signals()
    os.umask(0o077)  # whatever is written from here on may hold secrets
    with ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ndxp-emulator-")))
            wish, is_kept = _store_wish(settings, folder), settings.store != MEMORY
            store = stack.enter_context(open_store(wish, is_kept=is_kept, durability=settings.durability))
            services()
            packs = open_packs(settings.packs)
            _check_scenario(settings, packs)
            settings = replace(settings, packs_folder=_packs_folder(wish))
            replica = stack.enter_context(open_replica(settings.journal_replica, store))
            country = found_country(settings, store, packs, replica)
            certificate, ca_file = _certificate(settings, folder)
            listener = _bind(settings)
            companions = _companions(settings, country, folder)
        except (StoreTrouble, CertificateTrouble, PackTrouble, ServiceTrouble) as trouble:
            raise CannotStart(str(trouble)) from trouble
        settings.live_addresses.own_ports.add(listener.getsockname()[1])
        address = (_ANY.get(settings.host, settings.host), listener.getsockname()[1])
        announcement = _announcement(settings, country, address, ca_file)
        stack.callback(_forget, settings.port_file)
        app = application(country)
        country.store.close()
        plan = _plan(settings, country, certificate)

        def on_first() -> None:
            when_ready(address, settings.is_https, "/__admin/ready", lambda: announce(announcement))

        run(listener, app, plan, companions, on_first)
    sys.exit(0)


def _plan(settings: Settings, country: Country, certificate: Path | None) -> LaunchPlan:
    def fault_of(name: str | None) -> str | None:
        """Return the TLS fault of the gateway that stands now, on the clock of the sandbox ``default``."""
        sandbox = country.admin.settle_due(country.sandboxes.get("default"))
        faults = sandbox.settings.tls_faults
        return faults.get(name or "") or faults.get(GATEWAY)

    faulty = FaultyCertificates(data_folder() / "tls", settings.tls_names, fault_of)
    return LaunchPlan(
        settings.worker_kind,
        settings.workers,
        settings.log_level,
        certificate,
        settings.log_format,
        settings.tls_key,
        settings.trusted_proxies,
        faulty.choose,
    )


def _check_port_file(path: Path | None) -> None:
    if path and not path.parent.is_dir():
        raise CannotStart(
            f"--port-file: không có thư mục {path.parent}. / --port-file: there is no folder {path.parent}."
        )


def _check_scenario(settings: Settings, packs: Mapping[str, Pack]) -> None:
    """Look at the scenarios as ``validate`` does, held against the pack they will play over."""
    from emulator.scenario.library import Library, NoScenario

    library = Library(settings.scenarios)
    for wish in settings.default.scenarios:
        try:
            problems = library.problems(wish["name"], wish.get("set"), packs[settings.default.pack])
        except NoScenario as trouble:
            raise CannotStart(
                f"Không có kịch bản “{wish['name']}”{trouble.vi}. / There is no scenario {wish['name']!r}{trouble.en}."
            ) from trouble
        except OSError as trouble:
            raise CannotStart(str(trouble)) from trouble
        if problems:
            raise CannotStart("\n".join(map(str, problems)))


def _store_wish(settings: Settings, folder: Path) -> str | Path:
    if settings.store == MEMORY:
        return folder / "store.db"
    return settings.store or data_folder() / "store.db"


def _packs_folder(store: str | Path) -> Path:
    """Return where packs that are brought in lie: beside the file of the store, or with this user's data."""
    is_file = isinstance(store, Path) or "://" not in store
    return Path(f"{store}.packs") if is_file else data_folder() / "packs"


def _certificate(settings: Settings, folder: Path) -> tuple[Path | None, Path | None]:
    if settings.tls_cert:
        return settings.tls_cert, None
    if not settings.tls:
        return None, None
    certificate = folder / "certificate.pem"
    return certificate, issue(data_folder() / "tls", settings.tls_names, certificate)


def _bind(settings: Settings) -> socket.socket:
    try:
        return bind(settings.host, settings.port)
    except OSError as trouble:
        where = f"{settings.host}:{settings.port}"
        raise CannotStart(
            f"Không mở được cổng {where}: {trouble.strerror}; dùng --port 0 để lấy cổng trống. / Cannot listen on "
            f"{where}: {trouble.strerror}; use --port 0 for a free port."
        ) from trouble


def _companions(settings: Settings, country: Country, folder: Path) -> Companion:
    upkeep = Upkeep(country.store, jobs=(country.admin.tenants.drop_expired,))
    if not settings.ss_ports:
        return upkeep
    from emulator.server.ss_ports import APART, SsPorts, Together

    def is_open() -> bool:
        return country.sandboxes.get("default").settings.ss_ports_open

    ports = SsPorts(settings.host, settings.ss_port_base, folder / "ss-ports.lock", is_open, try_lock)
    try:
        ports.check()
    except OSError as trouble:
        where = f"{settings.ss_port_base}, {settings.ss_port_base + APART}"
        raise CannotStart(
            f"Không mở được cổng {where}: {trouble.strerror}; đặt --ss-port-base khác. / Cannot listen on {where}: "
            f"{trouble.strerror}; set another --ss-port-base."
        ) from trouble
    return Together(upkeep, ports)


def _announcement(settings: Settings, country: Country, address: tuple[str, int], ca_file: Path | None) -> Announcement:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    default, base_url = (
        country.sandboxes.get("default"),
        f"{'https' if settings.is_https else 'http'}://{host}:{address[1]}",
    )
    pairs = country.sandboxes.credentials_shown(default)
    world = country.admin.enter(default, Exchange(Call("GET", "/")))
    return Announcement(
        base_url=base_url,
        units=tuple(contact_of(unit, world, base_url) for unit in units_of(world)),
        credentials=pairs,
        store=settings.store if settings.store == MEMORY else country.store.name,
        ca_file=str(ca_file) if ca_file else None,
        port=address[1],
        port_file=settings.port_file,
        is_quiet=settings.quiet,
        opens_browser=settings.opens_console,
        ss_ports=_ss_ports(settings),
        admin_token=settings.admin_token if settings.generate_admin_token else None,
    )


def _ss_ports(settings: Settings) -> tuple[int, int] | None:
    if not settings.ss_ports:
        return None
    from emulator.server.ss_ports import APART

    return settings.ss_port_base, settings.ss_port_base + APART


def _forget(port_file: Path | None) -> None:
    if port_file:
        with contextlib.suppress(OSError):  # whoever removed it first is right
            port_file.unlink(missing_ok=True)
