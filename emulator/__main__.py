"""``python -m emulator`` is the same command as ``ndxp-emulator``."""

from emulator.cli import main

if __name__ == "__main__":
    main()
