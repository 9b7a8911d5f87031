"""What ``serve`` is told that cannot be meant: it stops the start, or is said aloud."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import click

from emulator.cli.terminal import CannotStart
from emulator.server.launch import PLAIN
from emulator.settings import PREFIX
from emulator.store.store import are_shared

_SHORTEST_TOKEN = 6
_FROM_KUBERNETES = re.compile(r"(?:SERVICE_(?:HOST|PORT).*|PORT|PORT_\d+_(?:TCP|UDP|SCTP).*)")
_OF_OTHER_COMMANDS = {"URL", "COMPLETE"}


def warn_of_strange_variables(known: Collection[str]) -> None:
    """Say which variables look like ours and are not: a misspelt one would silently mean nothing."""
    for name in sorted(os.environ):
        word = name.removeprefix(PREFIX)
        is_known = name in known or word in _OF_OTHER_COMMANDS or _FROM_KUBERNETES.fullmatch(word)
        if not name.startswith(PREFIX) or is_known:
            continue
        vi, en = nearest_name(name, known, 0.6)
        click.echo(f"Biến môi trường lạ {name}.{vi} / Unknown variable {name}.{en}", err=True)


def nearest_name(word: str, known: Collection[str], likeness: float) -> tuple[str, str]:
    """Return the question that names the nearest known word, in both languages; empty where none is near enough."""
    near = get_close_matches(word, known, 1, likeness)
    return (f" Có phải {near[0]}?", f" Did you mean {near[0]}?") if near else ("", "")


def refuse_blanks(flags: dict[str, Any]) -> None:
    """Stop at a word that was given empty, as an unset variable of a pipeline is: empty is not absent."""
    if os.environ.get(f"{PREFIX}ADMIN_TOKEN", "absent").strip() == "" and flags["admin_token"] is None:
        flags = flags | {"admin_token": ""}
    for name, value in flags.items():
        values = value if isinstance(value, tuple) else (value,)
        if any(isinstance(each, str) and not each.strip() for each in values):
            flag = f"--{name.replace('_', '-')} ({PREFIX}{name.upper()})"
            raise CannotStart(
                f"{flag} trống: hãy đặt giá trị hoặc bỏ hẳn. / {flag} is empty: give it a value, or leave it out."
            )


def check_token(token: str) -> None:
    """Stop at a token that protects nothing, or that no client could send: a header's value is printable ASCII."""
    if len(token) < _SHORTEST_TOKEN or not all("!" <= letter <= "~" for letter in token):
        flag = f"--admin-token ({PREFIX}ADMIN_TOKEN)"
        raise CannotStart(
            f"{flag} phải có ít nhất {_SHORTEST_TOKEN} ký tự ASCII in được, không khoảng trắng. / {flag} must have at "
            f"least {_SHORTEST_TOKEN} printable ASCII characters and no spaces."
        )


def check_certificate(flags: dict[str, Any]) -> None:
    """Stop at a certificate without its key, or one that TLS cannot use."""
    cert, key = flags["tls_cert"], flags["tls_key"]
    if cert is None and key is None:
        return
    if cert is None or key is None or flags["tls"]:
        raise CannotStart(
            "--tls-cert và --tls-key đi cùng nhau, và không đi cùng --tls. / --tls-cert and --tls-key go together, and "
            "not with --tls."
        )
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as trouble:
        raise CannotStart(
            f"Không dùng được chứng chỉ {cert} với khóa {key}: {trouble}. / The certificate {cert} with the key {key} "
            f"cannot be used: {trouble}."
        ) from trouble


def usual_kind() -> str:
    """Return the kind of worker that this system can run when none is asked for."""
    return "asgi" if are_shared() else PLAIN


def check_kind(kind: str) -> None:
    """Stop at a kind of worker that this system cannot run, or that is not installed."""
    if kind != PLAIN and not are_shared():
        raise CannotStart(
            f"--worker-kind {kind} cần fork của Linux hoặc macOS; trên Windows dùng --worker-kind plain. / "
            f"--worker-kind {kind} needs fork, as on Linux or macOS: on Windows, use --worker-kind plain."
        )
    if kind == PLAIN and find_spec("uvicorn") is None:
        raise CannotStart(
            "--worker-kind plain cần phần mở rộng: pip install 'ndxp-emulator[windows]'. / --worker-kind plain needs "
            "an extra: pip install 'ndxp-emulator[windows]'."
        )


def read_networks(words: tuple[str, ...], flag: str) -> list[IPv4Network | IPv6Network]:
    """Return the addresses and networks a flag names. Raises CannotStart."""
    from ipaddress import ip_network

    try:
        return [ip_network(word) for word in words]
    except ValueError as trouble:
        raise CannotStart(
            f"{flag} phải là địa chỉ hoặc mạng: {trouble}. / {flag} must be an address or a network: {trouble}."
        ) from None


def warn_of_seed(seed: int, host: str) -> None:
    """Say aloud that keys can be worked out by whoever knows the seed."""
    click.echo(
        f"Chú ý: khóa, mật khẩu và mã truy cập suy ra từ --seed {seed}; ai biết số này đều gọi được {host}. / Mind: "
        f"keys, passwords and access tokens follow from --seed {seed}; whoever knows it can call {host}.",
        err=True,
    )
