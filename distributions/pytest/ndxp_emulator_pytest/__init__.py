"""The pytest plugin of ndxp-emulator, apart from the emulator."""
