"""The file hosts of other agencies (KDL V.3)."""
