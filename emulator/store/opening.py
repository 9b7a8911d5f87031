"""From what ``--store`` says to a store that is ready: which database it is, and that nobody else harms it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from emulator.store.claim import claim_store
from emulator.store.sqlite import SqliteStore
from emulator.store.store import Durability, Store, StoreTrouble

_POSTGRES = ("postgresql", "postgres")


def is_database(wish: str) -> bool:
    """Tell whether a wish names a database server and no file."""
    return "://" in wish


@contextlib.contextmanager
def open_store(wish: str | Path, *, is_kept: bool = True, durability: Durability = "process") -> Iterator[Store]:
    """Open the store a wish names (a path, or ``postgresql://…``) for one server, and leave it whole at the end.

    Raises:
        StoreTrouble: of a scheme that is not known, not to be reached, in use, damaged, or not ours.
    """
    if isinstance(wish, str) and is_database(wish):
        with _open_database(wish, durability) as store:
            yield store
        return
    path = Path(wish)
    with claim_store(path) as claim:
        mine = os.getpid()
        store = SqliteStore(path, is_kept=is_kept, durability=durability)
        store.prepare()
        if not claim.was_left_clean:
            _refuse_damage(store)
        try:
            yield store
        finally:
            if os.getpid() == mine:  # a fork that unwinds must not end what others use
                store.finish()
                claim.leave_clean()


def _refuse_damage(store: SqliteStore) -> None:
    """Look at a store that was not left as it lies here: after a crash, or when somebody else wrote into it."""
    found = store.damage()
    if found:
        store.close()
        said = "; ".join(found)
        raise StoreTrouble(
            f"Kho dữ liệu {store.path} bị hỏng: {said}. Hãy khôi phục bản sao (ndxp-emulator restore) hoặc dùng tệp "
            f"khác. / The store {store.path} is damaged: {said}. Restore a backup (ndxp-emulator restore), or name "
            "another file."
        )


@contextlib.contextmanager
def _open_database(url: str, durability: Durability) -> Iterator[Store]:
    scheme = url.partition("://")[0]
    if scheme not in _POSTGRES:
        near = get_close_matches(scheme, _POSTGRES, 1, 0.5)
        raise StoreTrouble(
            f"--store: không biết loại kho '{scheme}'{f', gần nhất: {near[0]}' if near else ''}; có: đường dẫn tệp, "
            f":memory:, postgresql://. / --store: there is no kind of store {scheme!r}"
            f"{f', the nearest is {near[0]}' if near else ''}; there are: a path, :memory:, postgresql://."
        )
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        raise StoreTrouble(
            "--store postgresql:// cần phần mở rộng: pip install 'ndxp-emulator[postgres]'. / --store postgresql:// "
            "needs an extra: pip install 'ndxp-emulator[postgres]'."
        )
    from emulator.store.postgres import PostgresStore

    mine = os.getpid()
    store = PostgresStore(url, durability=durability)
    store.prepare()
    try:
        yield store
    finally:
        if os.getpid() == mine:
            store.finish()
