"""Recording: running a body against a recorder turns it into a program, faithfully or loudly."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from gradmark.blocks import Thrown, tidy
from gradmark.errors import GradmarkError, Unfaithful
from gradmark.faithful import check
from gradmark.frames import is_installed, raised_at
from gradmark.library import Library
from gradmark.program import Program
from gradmark.recorded import Recorded
from gradmark.recorder import Recorder
from gradmark.varied import varied
from gradmark.watched import watching

_LIBRARYS = "what the library or lib.host has for it: a recorded value holds nothing yet"


def record(
    body: Callable[[Any], None],
    *,
    seed: str = "0",
    is_varied: bool = False,
    is_known_good: bool = False,
) -> Program:
    """Turn a body into a program.

    ``seed`` decides what `lib.draw` gives, and where the program ``is_varied`` what becomes of the
    numbers of a body that draws none. A body that is known to be recorded faithfully, as the
    shipped spec is by its tests, is not looked at again. Raises `Unfaithful` for a body that can't
    be recorded faithfully or that observes nothing.
    """
    if not is_known_good:
        check(body)
        with watching(body.__code__):
            rehearsal = _performed(body, seed, is_varied)
    recorder = _performed(body, seed, is_varied)
    if not is_known_good and recorder.outline() != rehearsal.outline():
        raise Unfaithful(
            "a body that does something else the second time",
            _where(body),
            "lib.draw(shape) for data, and keep nothing outside of the body",
        )
    if not any(not mark.is_control for mark in recorder.marks):
        raise Unfaithful(
            "a body that observes nothing", _where(body), 'a lib.observe("label", value) or more'
        )
    program = Program(
        steps=tidy(recorder.scopes[0].blocks[0], last=True),
        marks=tuple(recorder.marks),
        names=(*sorted(recorder.names.items()), *sorted(recorder.aliases.items())),
        first_line=body.__code__.co_firstlineno,
    )
    return varied(program, recorder.random) if is_varied and not recorder.draws else program


def _where(body: Callable[[Any], None]) -> str:
    return f"{body.__code__.co_filename}:{body.__code__.co_firstlineno}"


def _performed(body: Callable[[Any], None], seed: str, is_varied: bool) -> Recorder:
    recorder = Recorder(seed, is_varied=is_varied)
    collecting = gc.isenabled()
    gc.disable()  # when it lets go of a cycle is not for the recording to depend on
    try:
        body(Library(recorder))
        recorder.verify()
    except Thrown:
        raise Unfaithful(
            "lib.throw() outside of lib.caught()", _where(body), "with lib.caught():"
        ) from None
    except Unfaithful as error:
        where, called = raised_at(error, _where(body))
        if not called or not is_installed(error.where.rpartition(":")[0]):
            raise
        raise Unfaithful(
            f"{called}, which comes to {error.what.removesuffix(',')},", where, _LIBRARYS
        ) from None
    except GradmarkError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a body raises by itself
        raise Unfaithful(
            f"a body that raises {type(error).__name__} ({error})",
            raised_at(error, _where(body))[0],
            _LIBRARYS
            if Recorded.__name__ in str(error)
            else "lines that run through while they are recorded",
        ) from None
    finally:
        recorder.closed = True
        if collecting:
            gc.enable()
    return recorder
