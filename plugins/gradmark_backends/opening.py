"""Opening the library that a plan names, in the process where it will run.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from gradmark.trace import cut
from gradmark_backends.adapter import Adapter
from gradmark_backends.plan import DTYPES, CannotOpen, Opened, Plan, distribution
from gradmark_backends.recognition.engine import Engine
from gradmark_backends.recognition.finding import recognise
from gradmark_backends.recognition.importing import Importing, failed
from gradmark_backends.recognition.lines import table_of
from gradmark_backends.walls.packages import ALWAYS

HOW_TO = (
    "write a class: from gradmark_backends import Adapter; class Mine(Adapter): module = …; "
    "then --backend=my_adapter:Mine"
)


def open_plan(plan: Plan) -> tuple[Adapter, Opened]:
    """Import the library under test and say what it is. Raises `CannotOpen`."""
    started = time.perf_counter()
    os.environ.update(plan.environment)
    missing = [folder for folder in plan.search_path if folder not in sys.path]
    sys.path[:0] = missing
    if plan.kind == "ready":
        module, _, name = plan.target.partition(":")
        kind = getattr(import_module(f"{__package__}.{module}"), name)
        adapter = _opened(kind, plan)
    elif plan.kind == "adapter":
        adapter = _adapter(plan)
    else:
        adapter = recognise(plan)
    for what, said, known in (
        ("delivery", adapter.delivery, ("attribute", "returned", "transform")),
        ("profile", adapter.profile, ("scalar", "tensor", "torch")),
    ):
        if said not in known:
            raise CannotOpen(
                "no-adapter-object",
                f"{plan.name} says {what} = {cut(repr(said), 60)}",
                hint=f"one of {', '.join(known)}",
            )
    return adapter, replace(_said(adapter, plan), import_seconds=time.perf_counter() - started)


def _said(adapter: Adapter, plan: Plan) -> Opened:
    namespace = adapter.namespace
    library = str(getattr(namespace, "__name__", "") or type(namespace).__name__)
    top = sys.modules.get(library.partition(".")[0], namespace)
    kind = type(adapter)
    by_convention = isinstance(adapter, Engine)
    dtype, shape = adapter.only_dtype, tuple(adapter.scalar_shape)
    if by_convention and dtype not in DTYPES:
        dtype = ""
    if dtype not in DTYPES or any(side != 1 for side in shape):
        raise CannotOpen(
            "no-adapter-object",
            f"{kind.__name__} declares only_dtype = {dtype!r} and scalar_shape = {shape}",
            hint="only_dtype is float32 or float64, and a scalar's shape has ones alone",
        )
    return Opened(
        library=library,
        version="" if plan.kind == "path" else _version(adapter, top, library),
        adapter="" if by_convention else f"{kind.__module__.rpartition('.')[2]}:{kind.__name__}",
        where=str(getattr(namespace, "__file__", None) or getattr(top, "__file__", None) or ""),
        profile=adapter.profile,
        delivery=adapter.delivery,
        recognised=tuple(adapter.recognised),
        spelling=tuple(adapter.spelt().items()),
        scalar_shape=shape,
        dtype=dtype,
        needs=tuple(dict.fromkeys(adapter.needs)),
        table=_table(adapter, plan),
    )


def _table(adapter: Adapter, plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return how an engine without an adapter is spelt, for a file that can be corrected."""
    if not isinstance(adapter, Engine):
        return ()
    if plan.kind != "path":
        return table_of(adapter, {"engine.module": plan.target})
    if Path(plan.target).is_file():
        return table_of(adapter, {"engine.file": plan.target})
    return table_of(adapter, {"engine.file": adapter.file, "engine.folder": plan.target})


def _version(adapter: Adapter, top: object, library: str) -> str:
    said = getattr(top, "__version__", "")
    if isinstance(said, str) and said:
        return said.partition("+")[0]
    # A fifth of a worker's start, and most libraries say their version themselves.
    from importlib.metadata import PackageNotFoundError, version

    for name in (*adapter.requirements, library.partition(".")[0]):
        try:
            return version(distribution(name))
        except (PackageNotFoundError, ValueError):
            continue
    return ""


def _opened(kind: type[Adapter], plan: Plan) -> Adapter:
    """Let an adapter import its library. Raises `CannotOpen`."""
    try:
        return kind.open()
    except ModuleNotFoundError as error:
        absent = (error.name or "").partition(".")[0]
        if absent and absent in {name.partition(".")[0] for name in (kind.module, *kind.also)}:
            own = getattr(sys.modules.get(absent), "__file__", None)
            if own:
                raise CannotOpen(
                    "another-library",
                    f"{plan.name} is the adapter of a library, and here {own} has that name",
                    hint=f"--backend={own}",
                ) from None
            if plan.packages is not None:
                raise CannotOpen(
                    "not-found",
                    f"{absent} is not installed, or not among the packages that are allowed",
                    cause="allowed are " + ", ".join((*ALWAYS, *plan.packages)),
                    hint=f'packages = ["{absent}"] in the assignment file',
                ) from None
            raise CannotOpen(
                "not-found",
                f"{plan.name} is not installed where the backend runs ({sys.executable})",
                hint=_how_to_get(kind, plan),
            ) from None
        raise failed(plan.name, error) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a library may do anything when imported
        raise failed(plan.name, error) from None


def _how_to_get(kind: type[Adapter], plan: Plan) -> str:
    named = [f'"{r}"' if set(r) & set(" ;<>[") else r for r in kind.requirements or (kind.module,)]
    by_hand = f"{sys.executable} -m pip install {' '.join(named)}"
    return f"gradmark env {plan.name}, or {by_hand}" if plan.kind == "ready" else by_hand


def _adapter(plan: Plan) -> Adapter:
    """Return somebody's adapter. Raises `CannotOpen`."""
    name, _, path = plan.target.partition(":")
    found: object = Importing(Path.cwd()).named(name)
    for part in path.split("."):
        if not hasattr(found, part):
            raise CannotOpen(
                "no-adapter-object",
                f"{name} has no {path!r}",
                cause="it has " + (", ".join(_adapters(sys.modules[name])) or "no adapter at all"),
                hint=HOW_TO,
            )
        found = getattr(found, part)
    if isinstance(found, type) and issubclass(found, Adapter):
        return _opened(found, plan)
    if isinstance(found, Adapter):
        return found
    raise CannotOpen(
        "no-adapter-object",
        f"{plan.target} is no adapter: {type(found).__name__}",
        cause=f"{name} has " + (", ".join(_adapters(sys.modules[name])) or "no adapter at all"),
        hint=HOW_TO,
    )


def _adapters(module: ModuleType) -> list[str]:
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Adapter) and value is not Adapter
    ]
