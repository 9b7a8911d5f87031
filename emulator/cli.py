"""The command line."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import click


@click.group()
@click.version_option(package_name="ndxp-emulator")
def main() -> None:
    """Offline emulator of Vietnam's national data exchange platforms."""


@main.command()
@click.option("--port", default=8080, show_default=True, envvar="NDXP_EMULATOR_PORT")
@click.option("--workers", default=2, show_default=True, envvar="NDXP_EMULATOR_WORKERS")
@click.option(
    "--worker-kind", type=click.Choice(["asgi", "gthread"]), default="asgi", envvar="NDXP_EMULATOR_WORKER_KIND"
)
def serve(port: int, workers: int, worker_kind: str) -> None:
    """Serve the whole country on one port."""
    from emulator.app import application, found
    from emulator.server.launch import bind, run
    from emulator.settings import Settings
    from emulator.world.pack import load_pack

    settings = Settings(port=port, workers=workers, worker_kind=worker_kind)
    with tempfile.TemporaryDirectory(prefix="ndxp-emulator-") as folder:
        country = found(settings, Path(folder) / "store.db", {"co-ban": load_pack("co-ban")})
        pairs = country.sandboxes.credentials_shown(country.sandboxes.get("default"))
        country.store.close()
        listener = bind(settings.host, port)
        base_url = f"http://{settings.host}:{listener.getsockname()[1]}"
        ready = {
            "event": "ready",
            "base_url": base_url,
            "admin_url": f"{base_url}/__admin",
            "pid": os.getpid(),
            "credentials": pairs,
        }

        def say_ready() -> None:
            click.echo(json.dumps(ready))

        sys.argv = sys.argv[:1]
        run(listener, lambda: application(country), kind=worker_kind, workers=workers, on_ready=say_ready)
