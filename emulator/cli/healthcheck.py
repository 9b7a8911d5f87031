"""``ndxp-emulator healthcheck``: asks a running server whether it is ready, with no tool beside Python."""

from __future__ import annotations

import click

from emulator.cli.frame import Twin
from emulator.settings import PREFIX

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator healthcheck
  ndxp-emulator healthcheck --url http://127.0.0.1:9090 --timeout 10
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    envvar=[f"{PREFIX}PORT", "PORT"],
    cls=Twin,
)
@click.option("--tls", is_flag=True, envvar=f"{PREFIX}TLS", help="Hỏi qua HTTPS. / Ask over HTTPS.")
@click.option("--url", help="Hỏi địa chỉ này thay cho cổng trên máy. / Ask this address instead of a local port.")
@click.option("--timeout", type=float, default=3.0, show_default=True, help="Giây. / Seconds.")
def healthcheck(port: int, tls: bool, url: str | None, timeout: float) -> None:
    """Hỏi /__admin/ready: mã 0 là sẵn sàng, 1 là chưa. / Exit with 0 when the server is ready, else with 1."""
    base_url = url or f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    trouble = _trouble(f"{base_url.rstrip('/')}/__admin/ready", timeout)
    if trouble:
        click.echo(f"Chưa sẵn sàng: {trouble}. / Not ready: {trouble}.", err=True)
        raise SystemExit(1)


def _trouble(url: str, timeout: float) -> str | None:
    import ssl
    from urllib.request import HTTPSHandler as Https
    from urllib.request import ProxyHandler, build_opener

    # The question is whether the server answers; who signed its test certificate does not matter here.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with build_opener(ProxyHandler({}), Https(context=context)).open(url, timeout=timeout) as reply:
            return None if reply.status == 200 else f"HTTP {reply.status}"
    except (OSError, ValueError) as trouble:
        return str(trouble)
