"""The NDXP/NGSP gateway: WSO2 API Manager as it shows itself on the wire (facts-gateway A)."""
