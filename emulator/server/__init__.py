"""Adapters: bytes in, bytes out. They know the doors and nothing behind them."""
