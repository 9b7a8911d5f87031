"""The security servers' adapters: how one agency reaches another over the axis (KDL V.1 to V.4, src:xroad-identifiers).

What X-Road itself says is worded as version 6.22 does. The adapter's own bodies are not published, so a fault of the
address is given in the same form: X-Road style, ours (src:adapter-forward).
"""

from pathlib import Path

from emulator.kernel.exchange import register_rules

register_rules(Path(__file__).with_name("rules.csv"))
