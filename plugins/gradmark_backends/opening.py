"""Opening the library that a plan names, in the process where it will run.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from gradmark_backends.adapter import Adapter
from gradmark_backends.conventions import CLASSES, HOLDS, RAISES, spell
from gradmark_backends.discover import definers, dotted, root_of
from gradmark_backends.plan import CannotOpen, Opened, Plan
from gradmark_backends.spelled import Spelled

TRIED = 8
"""Files of one folder that are imported in search of an engine."""

HOW_TO = (
    "write a class: from gradmark_backends import Adapter; class Mine(Adapter): module = …; "
    "then --backend=my_adapter:Mine"
)


def open_plan(plan: Plan) -> tuple[Adapter, Opened]:
    """Import the library under test and say what it is. Raises `CannotOpen`."""
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
        adapter = _spelled(plan)
    return adapter, _said(adapter, plan)


def _said(adapter: Adapter, plan: Plan) -> Opened:
    namespace = adapter.namespace
    library = str(getattr(namespace, "__name__", "") or type(namespace).__name__)
    top = sys.modules.get(library.partition(".")[0], namespace)
    kind = type(adapter)
    by_convention = isinstance(adapter, Spelled)
    return Opened(
        library=library,
        version="" if plan.kind == "path" else _version(adapter, top, library),
        adapter="" if by_convention else f"{kind.__module__.rpartition('.')[2]}:{kind.__name__}",
        where=str(getattr(namespace, "__file__", None) or getattr(top, "__file__", None) or ""),
        profile=adapter.profile,
        delivery=adapter.delivery,
        recognised=tuple(adapter.recognised),
        spelling=tuple(adapter.spelt().items()),
        scalar_shape=tuple(adapter.scalar_shape),
        dtype=adapter.only_dtype,
    )


def _version(adapter: Adapter, top: object, library: str) -> str:
    said = getattr(top, "__version__", "")
    if isinstance(said, str) and said:
        return said.partition("+")[0]
    # A fifth of a worker's start, and most libraries say their version themselves.
    from importlib.metadata import PackageNotFoundError, version

    for name in (*adapter.requirements, library.partition(".")[0]):
        try:
            return version(name)
        except (PackageNotFoundError, ValueError):
            continue
    return ""


def _opened(kind: type[Adapter], plan: Plan) -> Adapter:
    """Let an adapter import its library. Raises `CannotOpen`."""
    try:
        return kind.open()
    except ModuleNotFoundError as error:
        absent = (error.name or "").partition(".")[0]
        if absent and absent == kind.module.partition(".")[0]:
            own = getattr(sys.modules.get(absent), "__file__", None)
            if own:
                raise CannotOpen(
                    "another-library",
                    f"{plan.name} is the adapter of a library, and here {own} has that name",
                    hint=f"--backend={own}",
                ) from None
            wanted = " ".join(kind.requirements) or kind.module
            raise CannotOpen(
                "not-found",
                f"{plan.name} is not installed where the backend runs ({sys.executable})",
                hint=f"{sys.executable} -m pip install {wanted}",
            ) from None
        raise _failed(plan.name, error) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a library may do anything when imported
        raise _failed(plan.name, error) from None


def _adapter(plan: Plan) -> Adapter:
    """Return somebody's adapter. Raises `CannotOpen`."""
    name, _, path = plan.target.partition(":")
    found: object = _import(name)
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


def _spelled(plan: Plan) -> Adapter:
    """Return the adapter by convention of the first module that has an engine."""
    looked: list[str] = []
    broken: list[CannotOpen] = []
    best: tuple[int, ModuleType, Spelled] | None = None
    for module in _modules(plan, broken):
        looked.append(getattr(module, "__file__", None) or module.__name__)
        found = spell(module, tried=plan.tried)
        if found is not None and (best is None or found.score > best[0]):
            best = (found.score, module, Spelled(module, found))
        if found is not None and found.score >= HOLDS:
            break
    if best is not None and best[0] == RAISES:
        kind = best[2].spelling
        raise CannotOpen(
            "not-recognised",
            f"{plan.name} has a class {kind.called}, but no number can be made with it",
            cause=f"{kind.called}(3.0) raised {kind.why}",
            hint=HOW_TO,
        )
    if best is None and broken:
        raise broken[0]
    if best is None:
        raise CannotOpen(
            "not-recognised",
            f"nothing in {plan.name} looks like an automatic differentiation engine",
            cause=f"looked for a class with backward, + and *, such as {', '.join(CLASSES[:4])}\n"
            + "\n".join(f"in {name}" for name in looked or [plan.target]),
            hint=HOW_TO,
        )
    return best[2]


def _modules(plan: Plan, broken: list[CannotOpen]) -> Iterator[ModuleType]:
    """Yield the modules that may hold the engine, the one that was named first."""
    if plan.kind == "module":
        mine = _shadowed(plan)
        module = _import_file(mine, root_of(mine)) if mine else _import(plan.target)
        yield module
        for folder in list(getattr(module, "__path__", []))[:1]:
            yield from _inside(Path(folder), root_of(Path(folder)), broken)
        return
    path = Path(plan.target)
    root = root_of(path)
    if path.is_dir():
        if (path / "__init__.py").is_file():
            yield _import_file(path / "__init__.py", root)
        yield from _inside(path, root, broken)
    else:
        yield _import_file(path, root)


def _shadowed(plan: Plan) -> Path | None:
    """Return the user's own file where Python has a module of that name, which would come first."""
    if plan.target not in sys.stdlib_module_names:
        return None
    for folder in plan.search_path:
        for path in (Path(folder, f"{plan.target}.py"), Path(folder, plan.target, "__init__.py")):
            if path.is_file() and "site-packages" not in path.parts:
                return path
    return None


def _inside(folder: Path, root: Path, broken: list[CannotOpen]) -> Iterator[ModuleType]:
    """Yield the modules of a folder that define an engine; one that can't be imported is noted."""
    for path in definers(folder)[:TRIED]:
        if path.name == "__init__.py":
            continue
        try:
            yield _import_file(path, root_of(path) if root == folder else root)
        except CannotOpen as error:
            broken.append(error)


def _import(name: str) -> ModuleType:
    """Import a module by its name. Raises `CannotOpen`."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise CannotOpen(
                "not-found",
                f"no module {name!r}",
                cause="\n".join(f"in {folder}" for folder in sys.path if folder),
            ) from None
        raise _failed(name, error) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a library may do anything when imported
        raise _failed(name, error) from None


def _import_file(path: Path, root: Path) -> ModuleType:
    """Import this very file, also where another module has its name. Raises `CannotOpen`."""
    name = dotted(path, root)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    known = sys.modules.get(name)
    if known is not None and _is(known, path):
        return known
    try:
        if "." in name:  # a part of a package, whose parents have to be there
            import_module(name.rpartition(".")[0])
        package = path.name == "__init__.py"
        spec = spec_from_file_location(
            name, path, submodule_search_locations=[str(path.parent)] if package else None
        )
        assert spec is not None  # noqa: S101 - it ends in .py
        assert spec.loader is not None  # noqa: S101
        if known is not None:  # another module of that name, and what was imported from it
            for part in [n for n in sys.modules if f"{n}.".startswith(f"{name}.")]:
                del sys.modules[part]
        sys.modules[name] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a library may do anything when imported
        sys.modules.pop(name, None)
        raise _failed(name, error) from None
    return sys.modules.get(name, module)


def _is(module: ModuleType, path: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).resolve() == path.resolve()


def _failed(name: str, error: BaseException) -> CannotOpen:
    """Turn what an import raised into a finding, with the library's own frames."""
    if isinstance(error, SyntaxError) and error.filename:
        line = (error.text or "").rstrip()
        return CannotOpen(
            "syntax-error",
            f"{name} can't be imported: {type(error).__name__}: {error.msg}",
            cause=f"{error.filename}:{error.lineno}\n{line}",
        )
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")
        and not frame.filename.endswith(("importlib/__init__.py", "gradmark_backends/adapter.py"))
    ]  # fmt: skip
    text = "".join(traceback.format_list(frames[-20:]))
    last = traceback.format_exception_only(type(error), error)[-1]
    return CannotOpen(
        "import-failed",
        f"{name} can't be imported: {type(error).__name__}",
        cause=f"{text}{last}".rstrip(),
    )
