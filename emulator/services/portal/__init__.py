"""The National Public Service Portal: mapi, papers, Kho DL."""

from pathlib import Path

from emulator.kernel.exchange import register_rules

register_rules(Path(__file__).with_name("rules.csv"))
