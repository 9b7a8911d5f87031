"""How the emulator is started. The only reader of the environment is the command line, through the names given here."""

from __future__ import annotations

import os
import sys
from dataclasses import field
from pathlib import Path

from emulator.country.access import Quotas
from emulator.country.sandbox import Definition
from emulator.gateways.axis.allow_list import AllowList
from emulator.kernel.values import value_class
from emulator.store.store import Durability

PREFIX = "NDXP_EMULATOR_"
MEMORY = ":memory:"


@value_class
class Settings:
    """Everything ``serve`` was told. ``body_limit`` is in bytes; ``store`` is a path, ``:memory:`` or a database's URL.

    ``has_own_seed`` tells that the seed of ``default`` was asked for; without it a store keeps the seed it has, and
    ``secret_seeds`` gives new sandboxes seeds that nobody can know. ``packs_folder`` takes the packs that are brought
    in; without one it lies beside the store.
    """

    store: str = MEMORY
    host: str = "127.0.0.1"
    port: int = 8080
    port_file: Path | None = None
    workers: int = 2
    worker_kind: str = "asgi"
    admin_token: str | None = None
    generate_admin_token: bool = False
    body_limit: int = 20 * 1024 * 1024
    durability: Durability = "process"
    journal_replica: str | None = None
    has_own_seed: bool = True
    secret_seeds: bool = False
    live_addresses: AllowList = field(default_factory=AllowList)
    quotas: Quotas = field(default_factory=Quotas)
    max_journal: int = 10_000
    opens_console: bool = False
    max_journal_bytes: int = 256 * 1024 * 1024
    max_journal_body: int = 4 * 1024 * 1024
    base_hosts: tuple[str, ...] = ("localhost", "api.ngsp.gov.vn")
    packs: tuple[str, ...] = ("co-ban",)
    default: Definition = field(default_factory=Definition)
    packs_folder: Path | None = None
    scenarios: tuple[Path, ...] = ()
    watch: bool = False
    tls: bool = False
    tls_names: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    ss_ports: bool = False
    ss_port_base: int = 5500
    quiet: bool = False
    log_level: str = "warning"
    log_format: str = "text"

    @property
    def is_https(self) -> bool:
        """Tell whether the server speaks TLS itself."""
        return self.tls or self.tls_cert is not None


def data_folder() -> Path:
    """Return the folder of this user's data, by the habit of the system."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ndxp-emulator"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "ndxp-emulator"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "ndxp-emulator"
