"""From what a user typed after ``--backend=`` to a plan, without importing any of it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from gradmark.errors import GradmarkError, near
from gradmark_backends.commands import PREFIX, command_plan
from gradmark_backends.environments import kind_of, whole
from gradmark_backends.plan import Plan
from gradmark_backends.ready import READY
from gradmark_backends.recognition.archives import is_archive
from gradmark_backends.recognition.sources import notebooks, python_files, root_of
from gradmark_backends.table_file import PLACES, read_table

GROUP = "gradmark.backends"
"""The entry points by which other packages offer adapters."""

_OBJECT = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_]\w*(?:\.\w+)*)")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def resolve(text: str, *, rootdir: Path, invocation_dir: Path, python: str = "") -> Plan:
    """Return the plan for ``--backend=text``: a ready adapter, ``module:object``, a path, a module.

    ``python`` is another interpreter that the backend needs. Raises `GradmarkError` where none of
    them fits.
    """
    text = text.strip()
    folders = (invocation_dir, rootdir, rootdir / "src")
    if not text:
        raise _unknown(text, ())
    if text.startswith(PREFIX):
        return command_plan(text, invocation_dir)
    if text in READY:
        return _ready(text, folders, python)
    offered = _offered(text)
    if offered:
        return Plan(text, "adapter", offered, _search((), folders, python), {}, python)
    matched = _OBJECT.fullmatch(text)
    if matched and ".py:" not in text:
        search = _search((), folders, python)
        _expect(matched[1], text, search, python)
        return Plan(text, "adapter", text, search, {}, python)
    if text.endswith(".toml"):
        return _table(text, folders, python)
    text, _, chosen = text.partition("::")
    if plan := _path(text, folders, python):
        return _choosing(plan, chosen)
    search = _search((), folders, python)
    if not _MODULE.fullmatch(text):
        raise _unknown(text, search)
    _expect(text, text, search, python)
    return _choosing(Plan(text, "module", text, search, {}, python), chosen)


def _ready(name: str, folders: tuple[Path, ...], python: str) -> Plan:
    """Return the plan of a ready adapter; its own environment is used where it is not here."""
    kind, search = kind_of(name), _search((), folders, python)
    if not python and not all(_found(module, search) for module in (*kind.also, kind.module)):
        made = whole(name)
        # Nothing of this interpreter's reaches that one, nor of the folder that the user is in.
        python, search = (str(made.python), ()) if made else (python, search)
    environment = {k: os.environ.get(k, v) for k, v in kind.environment.items()}
    return Plan(name, "ready", READY[name], search, environment, python, needs=kind.needs)


def importable(module: str) -> bool:
    """Say whether this interpreter has a module, importing nothing."""
    return _found(module, _search((), ()))


def _choosing(plan: Plan, chosen: str) -> Plan:
    """Return a plan for one class of several, where one was named after ``::``."""
    if not chosen:
        return plan
    name = chosen.rpartition("::")[2]
    each = plan.kind == "path" and chosen == "*"
    if plan.kind == "adapter" or not (name.isidentifier() or each):
        raise GradmarkError(
            "no-such-class",
            f"--backend={plan.name}::{chosen}: {chosen!r} is no class of an engine",
            hint="path::Class chooses an engine, module:object an adapter",
        )
    return replace(plan, name=f"{plan.name}::{chosen}", chosen=chosen)


def _table(text: str, folders: tuple[Path, ...], python: str) -> Plan:
    """Return the plan of a file that says how an engine is spelt."""
    path = (folders[0] / Path(text).expanduser()).resolve()
    if not path.is_file():
        raise _no_path(text, path)
    rows = read_table(path)
    engine = dict(rows)
    folders = (path.parent, *folders)
    if "engine.module" in engine:
        search = _search((), folders, python)
        _expect(engine["engine.module"], text, search, python)
        plan = Plan(text, "module", engine["engine.module"], search, {}, python)
    else:
        whole = {n: str((path.parent / engine[n]).resolve()) for n in PLACES if n in engine}
        found = _path(whole.get("engine.folder") or whole["engine.file"], folders, python)
        assert found is not None  # noqa: S101 - it is written with slashes
        plan, rows = replace(found, name=text), tuple({**engine, **whole}.items())
    return replace(plan, table=rows)


def known_backends() -> list[tuple[str, str]]:
    """Return the names that need no path, each with one line about it."""
    lines = [(name, (kind_of(name).__doc__ or "").splitlines()[0]) for name in READY]
    return [*lines, *((e.name, f"{e.value}{_from(e)}") for e in entry_points(group=GROUP))]


def _offered(name: str) -> str:
    """Return ``module:object`` of the entry point of a name, or nothing."""
    found = {e.value: e for e in entry_points(group=GROUP) if e.name == name}
    if len(found) > 1:
        raise GradmarkError(
            "two-backends",
            f"two backends are called {name!r}",
            cause="\n".join(f"{value}{_from(entry)}" for value, entry in sorted(found.items())),
            hint=f"name one of them: --backend={min(found)}",
        )
    return next(iter(found), "")


def _from(entry: EntryPoint) -> str:
    return f" (of {entry.dist.name} {entry.dist.version})" if entry.dist else ""


def _search(first: Iterable[Path], folders: Iterable[Path], python: str = "") -> tuple[str, ...]:
    """Return the backend's folder, where the user is, rootdir, src and our own packages.

    Another interpreter has packages of its own; ours, least of all our NumPy, don't reach it.
    """
    ours = [] if _is_another(python) else [p for p in sys.path if _is_packages(p)]
    wanted = [*(str(f.resolve()) for f in (*first, *folders) if f.is_dir()), *ours]
    return tuple(dict.fromkeys(wanted))


def _is_packages(entry: str) -> bool:
    return entry.rstrip("/").endswith(("site-packages", "dist-packages")) and Path(entry).is_dir()


def _is_another(python: str) -> bool:
    return bool(python) and Path(python).absolute() != Path(sys.executable).absolute()


def _path(text: str, folders: tuple[Path, ...], python: str) -> Plan | None:
    """Return the plan for a file or folder, None where the text is no path."""
    file, _, wanted = text.partition(":") if ".py:" in text else (text, "", "")
    path = (folders[0] / Path(file).expanduser()).resolve()
    looks = text.endswith((".py", "/")) or text.startswith((".", "~")) or "/" in text
    if not path.exists():
        if looks or wanted:
            raise _no_path(text, path)
        return None
    search = _search([root_of(path)], folders, python)
    if wanted:
        return Plan(text, "adapter", f"{path.stem}:{wanted}", search, {}, python)
    code = chain(python_files(path), notebooks(path)) if path.is_dir() else iter((path,))
    if next(code, None) is None:
        if not looks and _MODULE.fullmatch(text) and _found(text, search):
            return None
        raise GradmarkError(
            "no-python", f"--backend={text}: there are no Python files in {path}",
            hint="name the folder or the file that holds the engine",
        )  # fmt: skip
    if path.is_file() and path.suffix not in {".py", ".ipynb"} and not is_archive(path):
        raise GradmarkError(
            "no-python", f"--backend={text}: {path} is no Python file",
            hint="name a .py file, a notebook, a .zip or .tar.gz, a folder or a module",
        )  # fmt: skip
    return Plan(text, "path", str(path), search, {}, python)


def _no_path(text: str, path: Path) -> GradmarkError:
    return GradmarkError(
        "no-such-path",
        f"--backend={text}: there is no {path}",
        hint=near(path.name, [p.name for p in _siblings(path)]),
    )


def _siblings(path: Path) -> list[Path]:
    return list(path.parent.iterdir()) if path.parent.is_dir() else []


def _expect(module: str, text: str, search: tuple[str, ...], python: str) -> None:
    """Raise `GradmarkError` for a module that is nowhere; another interpreter looks for itself."""
    if not _is_another(python) and not _found(module, search):
        raise _unknown(text, search)


def _found(module: str, search: Iterable[str]) -> bool:
    """Say whether a module can be imported, importing nothing."""
    top, *rest = module.split(".")
    spec = PathFinder.find_spec(top, list(search))
    if spec is None:
        try:
            spec = find_spec(top)  # an editable install has a finder of its own
        except (ImportError, ValueError):
            return False
    for number, _ in enumerate(rest, 2):
        if spec is None or spec.submodule_search_locations is None:
            return False
        name = ".".join(module.split(".")[:number])
        spec = PathFinder.find_spec(name, list(spec.submodule_search_locations))
    return spec is not None and spec.origin is not None  # a folder alone has none


def _unknown(text: str, search: tuple[str, ...]) -> GradmarkError:
    offered = [name for name, _ in known_backends()]
    here = [
        entry.stem
        for folder in search
        if not _is_packages(folder)
        for entry in Path(folder).iterdir()
        if entry.suffix == ".py" or (entry / "__init__.py").is_file()
    ]
    tried = [
        f"a ready adapter: {', '.join(READY)}",
        f"an entry point of the group {GROUP}: {', '.join(offered[len(READY) :]) or 'none'}",
        f"a file or folder {text}",
        *(f"a module in {folder}" for folder in search),
    ]
    return GradmarkError(
        "unknown-backend",
        f"--backend={text or '(nothing)'}: there is no such backend",
        cause="tried\n" + "\n".join(tried),
        hint=near(text.partition(":")[0], [*offered, *here])
        or "name a ready adapter, a file, a folder, a module, or module:object",
    )
