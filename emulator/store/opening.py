"""From what ``--store`` says to a store that is ready, and its upkeep while it serves."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from emulator.store import sandbox_rows
from emulator.store.group_commit import GroupCommitStore
from emulator.store.sqlite import SqliteStore, make_private
from emulator.store.store import (
    OPEN_LOCK,
    ClaimTaken,
    Durability,
    Store,
    StoreFailure,
    StoreTrouble,
    are_shared,
    claim_alone,
    try_lock,
    unlock,
)

# One server per store: a lock on the file itself, whatever names lead to it, held as long as the arbiter lives.
#
# Beside it a small file says how the last server left: after a clean stop it names the store as it was left, so that
# the next start knows whether to read the whole file for damage first.


class Claim:
    """A store file that nobody else may use; ``was_left_clean`` tells how its last holder ended."""

    def __init__(self, path: Path) -> None:
        self._path, self._mark = path, Path(f"{path}.server")
        self.was_left_clean = self._is_as_left()
        self._mark.write_text("")

    def _is_as_left(self) -> bool:
        if not self._path.stat().st_size:
            return True
        try:
            return self._mark.read_text() == _stamp(self._path)
        except (OSError, UnicodeDecodeError):
            return False

    def leave_clean(self) -> None:
        """Write down that the store is whole as it is now."""
        if not Path(f"{self._path}-wal").exists():
            with contextlib.suppress(OSError):  # a store that was removed, a full disk: the next start looks
                self._mark.write_text(_stamp(self._path))


@contextlib.contextmanager
def claim_store(path: Path) -> Iterator[Claim]:
    """Hold a store for one process and its forks.

    Forked workers share the lock's description, so a store whose arbiter was killed is free again when its workers
    have noticed and gone, within about a second. The lock is on the file's inode: a hard link, a symbolic link or a
    second mount is the same store.

    Raises:
        StoreTrouble: another server holds it, or the folder cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_private(path)
        descriptor = os.open(path, OPEN_LOCK)
    except OSError as trouble:
        raise StoreTrouble(
            f"Không mở được kho dữ liệu {path}: {trouble}. / Cannot open the store {path}: {trouble}."
        ) from trouble
    # Closing it would take away SQLite's own locks of this process: it stays open as long as the claim.
    try:
        with _alone(path):
            if not try_lock(descriptor):
                raise _say_taken(path)
            make_private(Path(f"{path}.server"))
            yield Claim(path)
    finally:
        if not are_shared():
            unlock(descriptor)
        os.close(descriptor)


def _alone(path: Path) -> contextlib.ExitStack:
    """Return the claim as a context that ends it. Raises StoreTrouble."""
    stack = contextlib.ExitStack()
    try:
        stack.enter_context(claim_alone(path))
    except ClaimTaken:
        raise _say_taken(path) from None
    except ModuleNotFoundError as trouble:
        raise StoreTrouble(
            "Trên Windows cần phần mở rộng: pip install 'ndxp-emulator[windows]'. / Windows needs an extra: pip "
            "install 'ndxp-emulator[windows]'."
        ) from trouble
    return stack


def _say_taken(path: Path) -> StoreTrouble:
    return StoreTrouble(
        f"Kho dữ liệu {path} đang được một trình giả lập khác dùng; hãy dừng nó hoặc dùng --store khác. / "
        f"The store {path} is in use by another emulator: stop that one, or name another --store."
    )


def _stamp(path: Path) -> str:
    found = path.stat()
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"


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
        store = GroupCommitStore(path, is_kept=is_kept, durability=durability)
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
def open_replica(url: str | None, store: Store) -> Iterator[Store | None]:
    """Open a copy of a database from which journals are read, and nothing is ever written to; None: there is none.

    Raises:
        StoreTrouble: the store is no database, or the copy cannot be reached, or is of another version.
    """
    if url is None:
        yield None
        return
    if not store.waits or url.partition("://")[0] not in _POSTGRES:
        raise StoreTrouble(
            "--journal-replica cần --store postgresql://… và là một địa chỉ postgresql://…. / --journal-replica needs "
            "--store postgresql://… and is itself a postgresql://… URL."
        )
    import psycopg

    from emulator.store.postgres import PostgresStore

    mine, replica = os.getpid(), PostgresStore(url)
    said = "lược đồ khác / another schema"
    try:
        is_fit = replica.is_of_this_version()
    except psycopg.Error as trouble:
        is_fit, said = False, " ".join(str(trouble).split())
    if not is_fit:
        raise StoreTrouble(
            f"Không đọc được bản sao {replica.name}: {said}. / Cannot read the replica {replica.name}: {said}."
        )
    try:
        yield replica
    finally:
        if os.getpid() == mine:
            replica.finish()


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


# Upkeep of a store while it serves: checkpoints outside the writers' way, and the sweep of what ended.
#
# SQLite's own checkpoint runs inside the commit that happens to cross a limit, which makes the slowest answers thirty
# times slower than the others; a thread of its own takes it out of their way.

_log = logging.getLogger(__name__)
EVERY_S = 1.0
_BATCH, _PAUSE_S = 50, 0.005  # half a millisecond with the pen, and others may write in between


class Upkeep:
    """One thread per worker. Make it before the fork, start it after."""

    def __init__(self, store: Store, every_s: float = EVERY_S, jobs: Sequence[Callable[[], object]] = ()) -> None:
        """``jobs`` are done in each round, by one process at a time."""
        self._store, self._every_s, self._jobs = store, every_s, jobs
        self._swept: tuple[int, ...] = ()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in the process that serves."""
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End and wait for the round under way, a second at most."""
        self._end.set()
        if self._thread:
            self._thread.join(1.0)

    @property
    def is_over(self) -> bool:
        """Tell whether no round is under way and none will come."""
        return self._end.is_set() and not (self._thread and self._thread.is_alive())

    def _work(self) -> None:
        while not self._end.wait(self._every_s):
            try:
                self.round()
            except (StoreFailure, OSError) as trouble:
                _log.warning("the upkeep of the store failed and will be tried again: %s", trouble)
        self._store.close()

    def round(self) -> None:
        """Do what is due now."""
        self._store.tidy()
        with self._store.duty("upkeep") as is_ours:
            if is_ours:
                for job in self._jobs:
                    job()
                self._sweep_all()

    def _sweep_all(self) -> None:
        seen = self._sandboxes()
        if seen == self._swept:
            return
        while self._sweep():
            if self._end.wait(_PAUSE_S):
                return
        self._swept = seen

    def _sandboxes(self) -> tuple[int, ...]:
        """Return what changes whenever a sandbox is made, reset or dropped."""
        row = self._store.one("SELECT count(*), coalesce(max(no), 0), coalesce(sum(epoch), 0) FROM sandboxes")
        return tuple(row or ())

    def _sweep(self) -> int:
        with self._store.writing():
            return sandbox_rows.sweep(self._store, _BATCH)
