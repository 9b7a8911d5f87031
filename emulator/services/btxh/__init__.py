"""The social-assistance service of the ministry (BTXH)."""

from pathlib import Path

from emulator.kernel.exchange import register_rules

register_rules(Path(__file__).with_name("rules.csv"))
