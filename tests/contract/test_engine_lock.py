"""The lock that makes one process of many the dispatcher, on every kind of database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bulkgen.domain.errors import StoreError
from bulkgen.ports import EngineLock
from bulkgen.records.database import Database
from bulkgen.records.engine_lock import engine_lock_of
from tests.fakes.app_process import ROOT
from tests.fakes.postgres import RunningPostgres

_WAIT_S = 30

#: Asks for the lock as a dispatcher does, and says when the answer changes.
HOLDER = """
import sys, time
from bulkgen.domain.errors import StoreError
from bulkgen.records import engine_lock
from bulkgen.records.database import Database
from bulkgen.records.engine_lock import engine_lock_of
engine_lock._FROZEN_S = 2
lock = engine_lock_of(Database(sys.argv[1]))
said = ""
while True:
    before = said
    try:
        said = "held" if lock.hold() else "not held"
    except StoreError:
        said = "lost"
    if said != before:
        print(said, flush=True)
    time.sleep(0.25)
"""


@pytest.fixture
def locks(database_url: str) -> Iterator[tuple[EngineLock, EngineLock]]:
    """The lock as two processes have it."""
    with _lock(database_url) as first, _lock(database_url) as second:
        yield first, second


@contextmanager
def _lock(url: str) -> Iterator[EngineLock]:
    database = Database(url)
    lock = engine_lock_of(database)
    try:
        yield lock
    finally:
        lock.release()
        database.close()


@contextmanager
def _holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that asks for the lock again and again."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _wait_until(reached: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + _WAIT_S
    while not reached():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def test_one_of_two_holds_it_for_as_long_as_it_asks(locks: tuple[EngineLock, EngineLock]) -> None:
    first, second = locks

    assert [first.hold(), second.hold(), first.hold(), second.hold()] == [True, False, True, False]
    assert not first.held_elsewhere()
    assert second.held_elsewhere()


def test_who_lets_go_lets_another_have_it(locks: tuple[EngineLock, EngineLock]) -> None:
    first, second = locks
    first.hold()
    second.hold()

    first.release()

    assert not second.held_elsewhere()
    assert second.hold()
    assert not first.hold()
    assert first.held_elsewhere()


def test_looking_who_holds_it_takes_nothing(locks: tuple[EngineLock, EngineLock]) -> None:
    first, second = locks

    assert not first.held_elsewhere()

    assert second.hold()


def test_a_killed_holder_has_it_no_more(database_url: str) -> None:
    with _lock(database_url) as lock, _holder(database_url) as holder:
        assert _said(holder) == "held"
        assert not lock.hold()

        holder.kill()

        _wait_until(lock.hold)


def test_a_frozen_holder_loses_it_on_postgres_and_notices_when_it_wakes(postgres_url: str) -> None:
    with _lock(postgres_url) as lock, _holder(postgres_url) as holder:
        assert _said(holder) == "held"
        os.kill(holder.pid, signal.SIGSTOP)

        _wait_until(lock.hold)
        os.kill(holder.pid, signal.SIGCONT)

        assert _said(holder) == "lost"
        assert _said(holder) == "not held"


def test_a_holder_that_goes_on_asking_keeps_it_on_postgres(postgres_url: str) -> None:
    with _lock(postgres_url) as lock, _holder(postgres_url) as holder:
        assert _said(holder) == "held"

        ends_at = time.monotonic() + 4
        while time.monotonic() < ends_at:
            assert not lock.hold()
            time.sleep(0.2)


def test_a_holder_whose_postgres_crashed_is_told_and_can_have_it_again(
    postgres: RunningPostgres,
) -> None:
    with postgres.fresh_database() as url, _lock(url) as lock:
        assert lock.hold()

        with postgres.away(), pytest.raises(StoreError):
            lock.hold()

        assert lock.hold()
