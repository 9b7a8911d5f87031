"""Our own API, under ``/__admin/``."""
