"""The two doors of the country: who is let in, and how a refusal is worded. No Flask here."""

from pathlib import Path

from emulator.kernel.exchange import register_rules

register_rules(Path(__file__).with_name("rules.csv"))
