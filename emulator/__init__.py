"""An offline emulator of the platforms that Vietnam's one-stop dossier systems must talk to."""

__version__ = "0.1.0"
