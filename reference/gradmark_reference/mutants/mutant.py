"""What a mutant is, and how its source is made."""

from __future__ import annotations

import shutil
from compileall import compile_dir
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules

MODEL = Path(str(files("gradmark_reference") / "model"))


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file of the model: ``old`` stands there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug that people make.

    ``own`` are the behaviours whose verdict must be a deviation of their own; ``others`` maps every
    further one to the reason why this bug shows there too; ``operations.*`` and
    ``kinks.*`` stand for any of these many. Whatever is in neither must hold or be blocked.
    """

    id: str
    title: str
    edits: tuple[Edit, ...]
    own: tuple[str, ...]
    others: dict[str, str] = field(default_factory=dict)
    bugs: int = 1


def build(mutant: Mutant, folder: Path, name: str = "model") -> Path:
    """Write the mutated model as a package below a folder and return the package's path.

    Raises ValueError for an edit that does not fit: its text must stand in the file exactly once.
    """
    package = folder / name
    shutil.copytree(MODEL, package, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in mutant.edits:
        path = package / edit.file
        source = path.read_text(encoding="utf-8")
        if source.count(edit.old) != 1:
            message = (
                f"{mutant.id}: {edit.old!r} stands {source.count(edit.old)} times in {path.name}"
            )
            raise ValueError(message)
        path.write_text(source.replace(edit.old, edit.new), encoding="utf-8")
    # A mutant is imported again after every deviation.
    compile_dir(package, quiet=1)
    return package


@cache
def load_bank() -> tuple[Mutant, ...]:
    """Return all mutants, module by module.

    Raises ValueError for a doubled id.
    """
    package = import_module("gradmark_reference.mutants.bank")
    mutants: list[Mutant] = []
    for module in sorted(m.name for m in iter_modules(package.__path__)):
        mutants += import_module(f"{package.__name__}.{module}").MUTANTS
    names = [m.id for m in mutants]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        message = f"mutants with one id: {', '.join(doubled)}"
        raise ValueError(message)
    return tuple(mutants)
