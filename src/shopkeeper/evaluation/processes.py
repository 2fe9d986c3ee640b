"""Measuring in a process of its own: memory that is this measurement's alone, and nothing warm from the one before."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from shopkeeper.errors import Broken

Outcome = TypeVar("Outcome")


def in_new_process(measure: Callable[..., Outcome], *args: object) -> Outcome:
    """What `measure` (a function of a module, or a partial of one) returns in a process that starts empty; its error is raised here.

    Raises Broken where the process dies without an answer.
    """
    spawning = multiprocessing.get_context("spawn")
    receiver, sender = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_send, args=(sender, measure, args))
    process.start()
    sender.close()
    try:
        outcome = receiver.recv()
    except EOFError:
        process.join()
        raise Broken(f"the measuring process died with exit code {process.exitcode}") from None
    finally:
        process.join()
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _send(sender: Connection, measure: Callable[..., object], args: tuple[object, ...]) -> None:
    try:
        sender.send(measure(*args))
    except Exception as error:  # told to the parent, which raises it
        sender.send(error)
