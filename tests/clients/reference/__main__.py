"""``python -m tests.clients.reference``: one task, from the context file a certification names."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import RequestsWire


def main() -> int:
    context = json.loads(Path(os.environ["NDXP_CERT_CONTEXT"]).read_text(encoding="utf-8"))
    client = Client(context, RequestsWire())
    client.do(context["task"])
    sys.stdout.write("".join(f"{line}\n" for line in client.log))
    return 0


if __name__ == "__main__":
    sys.exit(main())
