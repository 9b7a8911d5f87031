"""What goes wrong, and when: scripts, their reader, the director, the faults."""

from pathlib import Path

from emulator.kernel.exchange import register_rules

register_rules(Path(__file__).with_name("rules.csv"))
