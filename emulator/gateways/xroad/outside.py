"""Direct calls to hosts that stand behind the axis: refused, as from outside the state network (KDL V.3)."""

from __future__ import annotations

from emulator.kernel.exchange import Exchange, Reply
from emulator.world.world import World

# What such a host answers is not published; a web server's plain 403 is ours.
_PAGE = (
    b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n"
    b"<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n"
)


def refuse(exchange: Exchange, world: World) -> Reply:
    """Answer 403 and remark that the axis was bypassed."""
    exchange.operation, exchange.clause, exchange.outcome = "xroad.bypass", "KDL V.3", "refused"
    host = exchange.call.host
    world.remark(
        "bypassed-the-axis",
        "host",
        f"Gọi thẳng '{host}', không qua máy chủ bảo mật; phải tải qua VXPAdapter hoặc XrdAdapter với dstcode",
        f"'{host}' was called directly, not through a security server; go through an adapter with a dstcode",
        "error",
    )
    return Reply(403, _PAGE, (("Content-Type", "text/html"), ("Content-Length", str(len(_PAGE)))))
