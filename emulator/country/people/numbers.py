"""Numbers, telephones and mail addresses that nobody has and nobody can be given.

Each follows the structure of the real thing up to the rule that makes it impossible; the rules are in docs/people.md.
``serial`` counts people from 1; below a million, different serials give different numbers.
"""

from __future__ import annotations

from emulator.wire.identity import tax_remainder

MOST_PEOPLE = 1_000_000
# Prime to a million, so that the serials walk through all six digits and neighbours in a list differ.
_STRIDE = 733_331


def scatter_serial(serial: int) -> int:
    """Return six digits that no other serial below a million has."""
    return serial * _STRIDE % MOST_PEOPLE


def identity_card(serial: int) -> str:
    """Return nine digits that begin with 999: the offices that issued such cards were numbered 01 to 38 (ours)."""
    return f"999{scatter_serial(serial):06d}"


def tax_code(serial: int) -> str:
    """Return ten digits whose check digit is wrong, so that no enterprise can have them (src:tax-codes)."""
    nine = f"990{serial:06d}"
    return nine + str((10 - tax_remainder(nine) + 5) % 10)


def phone(serial: int) -> str:
    """Return ten digits that cannot be dialled: after the 0 of the trunk no Vietnamese number begins with another 0."""
    return f"{serial:010d}"


def mail(serial: int) -> str:
    """Return an address at ``example.vn``, the house's own name for examples."""
    return f"nguoi.{serial:06d}@example.vn"
