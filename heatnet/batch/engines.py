"""Where tasks run: in this process, in processes beside it, or on a Dask cluster; what they return is the same.

A task is a function of one argument that lies in a module, so that it can be sent to another process.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from numbers import Integral
from typing import Any, Protocol, TypeVar

from heatnet.errors import HeatnetError, MissingExtraError

A = TypeVar("A")
R = TypeVar("R")

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_MOST_WORKERS = 512
_CONNECT_S = 20.0
_LOOK_S, _WAIT_S, _UNMANNED_S = 2.0, 0.02, 30.0
_GOES_ON = "run again, it goes on where it stopped"
_SCHEDULER_LOST = f"the Dask scheduler is gone: start it and its workers; {_GOES_ON}"


@dataclass(frozen=True, slots=True)
class Crash:
    """Instead of a result: the process that ran the task ended."""

    reason: str


class Engine(Protocol):
    """Runs one task for many arguments and gives each argument with its result, as they finish.

    `is_local`: on this machine, so that numbers are the same to the last digit as if this process had found them.
    """

    is_local: bool

    def each(self, task: Callable[[A], R], arguments: Iterable[A]) -> Iterator[tuple[A, R | Crash]]:
        """Run a task for every argument; what a task raises is raised."""


@contextlib.contextmanager
def engine(*, workers: int = 1, cluster: str | None = None) -> Iterator[Engine]:
    """Give the engine for a number of workers or the address of a Dask scheduler.

    Parameters
    ----------
    workers : int
        Processes on this machine; 1: this process itself.
    cluster : str, optional
        Address of a running Dask scheduler, such as ``tcp://10.0.0.7:8786``; then `workers` does not matter.

    Raises
    ------
    HeatnetError
        `workers` below 1, or nothing answers at the address.
    MissingExtraError
        Dask is not installed.
    """
    asked: Any = workers
    if not isinstance(asked, Integral) or not 1 <= workers <= _MOST_WORKERS:
        raise HeatnetError(f"workers is the number of processes, from 1 to {_MOST_WORKERS}, not {workers!r}")
    if cluster is not None:
        client = _client(cluster)
        try:
            yield _Cluster(client)
        finally:
            client.close()
    elif workers == 1:
        yield Here()
    else:
        processes = _Processes(workers)
        try:
            yield processes
        finally:
            processes.close()


class Here:
    """The process that asks."""

    is_local = True

    def each(self, task: Callable[[A], R], arguments: Iterable[A]) -> Iterator[tuple[A, R | Crash]]:
        """Run a task for one argument after the other."""
        for argument in arguments:
            yield argument, task(argument)


class _Processes:
    """Processes on this machine; one that ends abruptly costs its own task only."""

    is_local = True

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._new_pool()

    def each(self, task: Callable[[A], R], arguments: Iterable[A]) -> Iterator[tuple[A, R | Crash]]:
        waiting, running = iter(arguments), dict[Future[R], A]()
        while True:
            for argument in islice(waiting, self._workers + 1 - len(running)):
                running[self._submit(task, argument)] = argument
            if not running:
                return
            finished = wait(running, return_when=FIRST_COMPLETED).done
            lost = {future for future in finished if isinstance(future.exception(), BrokenProcessPool)}
            if lost:
                # One process broke the whole pool: whatever was under way is tried again, one by one.
                wait(running)
                suspects = [running.pop(future) for future in list(running)]
                self._renew()
                yield from ((argument, self._alone(task, argument)) for argument in suspects)
            else:
                yield from ((running.pop(future), future.result()) for future in finished)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _alone(self, task: Callable[[A], R], argument: A) -> R | Crash:
        try:
            return self._submit(task, argument).result()
        except BrokenProcessPool:
            self._renew()
            return Crash("the process that worked on it ended abruptly; perhaps the memory did not suffice")

    def _submit(self, task: Callable[[A], R], argument: A) -> Future[R]:
        with _one_thread_each():
            try:
                return self._pool.submit(task, argument)
            except BrokenProcessPool:
                self._renew()
                return self._pool.submit(task, argument)

    def _renew(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # the same on every system
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_begin)


class _Cluster:
    """A Dask cluster; a task whose worker is lost is run again on another, as long as there is one."""

    is_local = False

    def __init__(self, client: Any) -> None:
        self._client = client
        self._threads, self._looked_at, self._manned_at = 0, -_LOOK_S, time.monotonic()

    def each(self, task: Callable[[A], R], arguments: Iterable[A]) -> Iterator[tuple[A, R | Crash]]:
        import distributed

        dask: Any = distributed  # its functions tell no types
        waiting, running = iter(arguments), dict[Any, A]()
        finished = dask.as_completed(loop=self._client.loop)
        self._manned_at = time.monotonic()
        while True:
            self._look()
            for argument in islice(waiting, max(2 * max(self._threads, 1) - len(running), 0)):
                future = self._client.submit(task, argument, pure=False)
                running[future] = argument
                finished.add(future)
            if not running:
                return
            while not finished.has_ready():
                time.sleep(_WAIT_S)
                self._look()
            future = next(finished)
            if future.cancelled():
                raise HeatnetError(_SCHEDULER_LOST)
            error = future.exception()
            outcome = (
                Crash(f"several workers were lost over it: {error}") if isinstance(error, dask.KilledWorker) else None
            )
            yield running.pop(future), future.result() if outcome is None else outcome

    def _look(self) -> None:
        """See every few seconds whether anybody is still there."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_S:
            return
        try:
            threads = sum(self._client.nthreads().values()) if self._client.status == "running" else None
        except (OSError, AttributeError):  # the client closes itself when the scheduler is gone
            threads = None
        if threads is None:
            raise HeatnetError(_SCHEDULER_LOST)
        self._threads, self._looked_at = threads, time.monotonic()
        if threads:
            self._manned_at = self._looked_at
        elif self._looked_at - self._manned_at > _UNMANNED_S:
            raise HeatnetError(f"the cluster has had no worker for {_UNMANNED_S:.0f} s: start some; {_GOES_ON}")


def _client(address: str) -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError("cluster", "scoring on a cluster") from error
    dask: Any = distributed
    try:
        return dask.Client(address, set_as_default=False, timeout=_CONNECT_S)
    except (OSError, TypeError, ValueError) as error:
        raise HeatnetError(f"no Dask scheduler answers at {address}: start one, or check the address") from error


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start meanwhile calculate on one thread each, so that they do not wait for each other."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin() -> None:
    """End this process when the one that started it ends, however it ends; keep what it has imported for good."""
    gc.freeze()  # else all modules are looked through for garbage again and again
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_end, args=(parent,), daemon=True).start()


def _wait_and_end(parent: Any) -> None:
    parent.join()
    os._exit(1)
