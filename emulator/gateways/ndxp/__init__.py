"""The NDXP/NGSP gateway: WSO2 API Manager as it shows itself on the wire (src:apim-release)."""
