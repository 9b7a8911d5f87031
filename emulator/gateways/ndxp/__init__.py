"""The NDXP/NGSP gateway: WSO2 API Manager as it shows itself on the wire (src:apim-release)."""

from pathlib import Path

from emulator.kernel.exchange import register_rules

register_rules(Path(__file__).with_name("rules.csv"))
