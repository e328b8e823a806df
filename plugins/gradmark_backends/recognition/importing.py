"""Importing an engine's file: plainly, past a broken package, and with stand-ins.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import ast
import os
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from gradmark_backends.plan import CannotOpen
from gradmark_backends.recognition.parts import run_by_parts
from gradmark_backends.recognition.sources import code_of, definitions, dotted, is_python_2, root_of
from gradmark_backends.recognition.stand_ins import replaceable, stand_in

LEFT_OUT_LIMIT = 3
"""Statements that are named where they raised on import and were left out."""

STAND_INS_LIMIT = 12
"""Modules that one engine may have replaced."""

QUIET = {"MPLBACKEND": "Agg", "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
"""Variables that keep an import from opening windows."""


class Importing:
    """Imports files of one folder; ``notes`` say what it took."""

    def __init__(self, folder: Path) -> None:
        """Begin with the folder that was named."""
        self.folder = folder
        self.notes: list[str] = []
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)

    def note(self, text: str) -> None:
        """Keep what a reader of the report should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def named(self, name: str) -> ModuleType:
        """Import a module by its name. Raises `CannotOpen`."""
        while True:
            try:
                return import_module(name)
            except ModuleNotFoundError as error:
                if error.name and f"{name}.".startswith(f"{error.name}."):
                    raise CannotOpen(
                        "not-found",
                        f"no module {name!r}",
                        cause="\n".join(f"in {folder}" for folder in sys.path if folder),
                    ) from None
                if not self._helped(error, None):
                    raise failed(name, error) from None
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a library may do anything when imported
                raise failed(name, error) from None

    def file(self, path: Path) -> ModuleType:
        """Import this very file, by the first way that works. Raises `CannotOpen`."""
        if path.suffix == ".ipynb":
            return self._notebook(path)
        first: CannotOpen | None = None
        roots = _roots(path, self.folder)
        for root in reversed(roots):
            if str(root) not in sys.path:
                sys.path.insert(0, str(root))
        for past, by_parts in ((False, False), (True, False), (False, True), (True, True)):
            if by_parts and (first is None or first.code != "import-failed"):
                break
            for root in roots:
                name = dotted(path, root)
                if not name or (past and "." not in name):
                    continue
                try:
                    module = self._tried(name, path, past=past, by_parts=by_parts)
                except CannotOpen as error:
                    first = first or error
                    continue
                if past:
                    parent = name.partition(".")[0]
                    self.note(f"package: {parent} can't be imported as a whole, past its __init__")
                return module
        if first is None:
            raise CannotOpen("import-failed", f"{path.name} can't be imported under any name")
        raise first

    def _tried(self, name: str, path: Path, *, past: bool, by_parts: bool) -> ModuleType:
        while True:
            try:
                left_out: list[str] = []
                module = _loaded(name, path, past=past, left_out=left_out if by_parts else None)
                for line in left_out[:LEFT_OUT_LIMIT]:
                    self.note(f"left out on import: {path.name} {line}")
                return module
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a library may do anything when imported
                if not (isinstance(error, ModuleNotFoundError) and self._helped(error, path)):
                    raise failed(name, error) from None

    def _helped(self, error: ModuleNotFoundError, path: Path | None) -> bool:
        """Put something where a module is missing; False where nothing honest can be done."""
        missing = error.name or ""
        top = missing.partition(".")[0]
        beside = path and _holder(top, self.folder)
        if beside and str(beside) not in sys.path:
            sys.path.insert(0, str(beside))
            return True
        stood = sum(note.startswith("stand-in") for note in self.notes)
        text = f"stand-in for {top}, which is not installed"
        if not replaceable(missing) or text in self.notes or stood >= STAND_INS_LIMIT:
            return False
        self.note(text)
        stand_in(missing)
        return True

    def _notebook(self, path: Path) -> ModuleType:
        """Run the definitions of a notebook as a module. Raises `CannotOpen`."""
        self.note(f"notebook: {path.name}, its definitions alone")
        name = "".join(c if c.isalnum() else "_" for c in path.stem) or "notebook"
        while True:
            module = ModuleType(name)
            module.__file__ = str(path)
            try:
                tree = definitions(ast.parse(code_of(path), str(path)))
                sys.modules[name] = module
                exec(compile(tree, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - as above
                sys.modules.pop(name, None)
                if not (isinstance(error, ModuleNotFoundError) and self._helped(error, path)):
                    raise failed(path.name, error) from None
            else:
                return module


def _roots(path: Path, folder: Path) -> list[Path]:
    """Return the folders from which a file may be imported, the likeliest first."""
    above = [p for p in path.parents if p == folder or folder in p.parents]
    inside = [p for p in (*reversed(above), folder / "src") if p in path.parents]
    return list(dict.fromkeys([root_of(path), *inside, path.parent]))


def _holder(top: str, folder: Path) -> Path | None:
    """Return the only folder below that has a module of this name, if there is one."""
    if not top or not folder.is_dir():
        return None
    found: set[Path] = set()
    for place, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".") and f != "site-packages"]
        if f"{top}.py" in names or (top in folders and Path(place, top, "__init__.py").is_file()):
            found.add(Path(place))
    return found.pop() if len(found) == 1 else None


def _loaded(name: str, path: Path, *, past: bool, left_out: list[str] | None = None) -> ModuleType:
    """Import a file under a name, also where another module has it.

    With ``left_out``, a statement that raises is left out and written there.
    """
    known = sys.modules.get(name)
    if known is not None and _is(known, path):
        return known
    before = dict(sys.modules)
    try:
        if "." in name:  # a part of a package, whose parents have to be there
            if past:
                _bare(name.rpartition(".")[0], path.parent)
            else:
                import_module(name.rpartition(".")[0])
                known = sys.modules.get(name)
                if known is not None and _is(known, path):
                    return known  # its package has imported it
        package = path.name == "__init__.py"
        spec = spec_from_file_location(
            name, path, submodule_search_locations=[str(path.parent)] if package else None
        )
        assert spec is not None  # noqa: S101 - it ends in .py
        assert spec.loader is not None  # noqa: S101
        if known is not None:  # another module of that name, and what was imported from it
            _forget(name)
        module = module_from_spec(spec)
        sys.modules[name] = module
        if left_out is None:
            spec.loader.exec_module(module)
        else:
            left_out += run_by_parts(path, module)
        module = sys.modules.get(name, module)
    except BaseException:
        _forget(name)
        for other in [n for n in sys.modules if n not in before and _is_bare(sys.modules[n])]:
            del sys.modules[other]
        raise
    finally:
        # What Python itself imports later must find its own module under this name.
        if name in sys.stdlib_module_names and name in before:
            sys.modules[name] = before[name]
    return module


def _forget(name: str) -> None:
    for part in [n for n in sys.modules if f"{n}.".startswith(f"{name}.")]:
        del sys.modules[part]


def _bare(name: str, folder: Path) -> None:
    """Put empty packages in the place of a file's parents, so that no __init__ runs."""
    while name:
        made = ModuleType(name)
        made.__path__ = [str(folder)]
        made.__gradmark_bare__ = True  # type: ignore[attr-defined]
        sys.modules[name] = made
        name, folder = name.rpartition(".")[0], folder.parent


def _is_bare(module: object) -> bool:
    return isinstance(module, ModuleType) and "__gradmark_bare__" in vars(module)


def _is(module: ModuleType, path: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and Path(file).resolve() == path.resolve()


def failed(name: str, error: BaseException) -> CannotOpen:
    """Turn what an import raised into a finding, with the library's own frames."""
    if isinstance(error, SyntaxError) and error.filename:
        line = (error.text or "").rstrip()
        return CannotOpen(
            "syntax-error",
            f"{name} can't be imported: {type(error).__name__}: {error.msg}",
            cause=f"{error.filename}:{error.lineno}\n{line}",
            hint=_older(error),
        )
    text = "".join(traceback.format_list(list(_frames(error))[-20:]))
    last = traceback.format_exception_only(type(error), error)[-1]
    return CannotOpen(
        "import-failed",
        f"{name} can't be imported: {type(error).__name__}",
        cause=f"{text}{last}".rstrip(),
        hint=_install(error) or _hidden(name, error) or _older_name(error),
    )


PYTHON_2 = (
    f"this is Python 2, and it runs with Python {'.'.join(map(str, sys.version_info[:2]))}:"
    " 2to3 translates it"
)
_OLD_NAMES = frozenset("xrange unicode raw_input basestring long unichr reduce execfile".split())


def _older(error: SyntaxError) -> str:
    return PYTHON_2 if is_python_2(error) else ""


def _install(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        if top not in sys.stdlib_module_names:
            return f"{sys.executable} -m pip install {top}, if it is a package of others"
    return ""


def _hidden(name: str, error: BaseException) -> str:
    """Say that a file hides a module of Python's, where an import stumbles over that."""
    if name in sys.stdlib_module_names and isinstance(error, (AttributeError, ImportError)):
        return f"{name}.py hides Python's own module {name}: give it another name"
    return ""


def _older_name(error: BaseException) -> str:
    name = getattr(error, "name", None) if isinstance(error, NameError) else None
    return PYTHON_2 if name in _OLD_NAMES else ""


def _frames(error: BaseException) -> Iterator[traceback.FrameSummary]:
    here = Path(__file__).name
    for frame in traceback.extract_tb(error.__traceback__):
        ours = frame.filename == __file__ or frame.filename.endswith(
            (f"recognition/{here}", "gradmark_backends/adapter.py", "gradmark_backends/opening.py")
        )
        if not (
            ours
            or frame.filename.startswith("<frozen importlib")
            or frame.filename.endswith("importlib/__init__.py")
        ):
            yield frame
