"""The rooms, the arrows between them, and what may travel to the worker."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("conformance", "reference", "plugins", "reports")
PACKAGES = {
    "gradmark": ROOT / "conformance/gradmark",
    "gradmark_reference": ROOT / "reference/gradmark_reference",
    "gradmark_backends": ROOT / "plugins/gradmark_backends",
    "pytest_gradmark": ROOT / "plugins/pytest_gradmark",
    "gradmark_cli": ROOT / "plugins/gradmark_cli",
    "gradmark_reports": ROOT / "reports/gradmark_reports",
}
HOSTS = {"pytest_gradmark", "gradmark_cli"}
TOP_LEVEL = {
    *FOLDERS,
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "constraints-real.txt",
    "constraints.txt",
    "pyproject.toml",
}
TRAVELLERS = {"program", "trace", "surface", "replay", "lower"}
LONGEST_MODULE = 400


def modules(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def all_modules() -> list[Path]:
    return modules(*(ROOT / folder for folder in FOLDERS))


def imported(path: Path, *, at_once: bool = False) -> Iterator[tuple[int, str]]:
    """Every absolute import in a module with its line, or those alone that happen at once."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node in outside_functions(tree) if at_once else ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(name), level=0):
                yield node.lineno, name
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported."""
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from outside_functions(child)


def sources(package: str) -> list[Path]:
    return modules(PACKAGES[package])


@pytest.mark.parametrize("package", sorted(PACKAGES.keys() - HOSTS))
def test_arrows_go_one_way(package: str) -> None:
    """The core imports none of the others, and everything but the hosts imports the core only."""
    allowed = {package, "gradmark"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(package)
        for line, name in imported(path)
        if (top := name.partition(".")[0]) in PACKAGES and top not in allowed
    ]
    assert not wrong


def test_the_core_needs_numpy_alone() -> None:
    """NumPy is all that is sure to be installed; anything else is imported where it is used."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources("gradmark")
        for line, name in imported(path, at_once=True)
        if (top := name.partition(".")[0]) not in {"gradmark", "numpy"}
        and top not in sys.stdlib_module_names
    ]
    assert not wrong


def test_no_module_is_too_long() -> None:
    """A module that is too long to be read at a sitting is two modules."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in all_modules()
    }
    assert not {name: length for name, length in lengths.items() if length > LONGEST_MODULE}


def test_nothing_is_called_utils() -> None:
    """A module is named after its idea."""
    assert not [path for path in all_modules() if path.stem in {"util", "utils"}]


def test_test_files_have_names_of_their_own() -> None:
    """Tests folders are no packages, so two files of one name would be one module."""
    names = Counter(
        path.name for folder in FOLDERS for path in (ROOT / folder / "tests").rglob("test_*.py")
    )
    assert not [name for name, count in names.items() if count > 1]


def test_every_package_is_typed() -> None:
    """A type checker believes a package only where it finds the marker."""
    assert not [name for name, folder in PACKAGES.items() if not (folder / "py.typed").is_file()]


def test_the_top_level_is_kept_small() -> None:
    """What is not one of the four rooms is a well-known file or starts with a dot."""
    if not (ROOT / ".git").exists():
        pytest.skip("without git there is no telling what belongs to the repository")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    names = {name.partition("/")[0] for name in listing.stdout.split("\0") if name}
    assert not {name for name in names if not name.startswith(".")} - TOP_LEVEL


def travellers() -> dict[str, Path]:
    """The modules that travel to the worker, by name."""
    names = {f"gradmark.{name}" for name in TRAVELLERS}
    if find_spec("gradmark_backends.bundle"):
        names |= set(import_module("gradmark_backends.bundle").TRAVELLERS)
    paths = {}
    for name in sorted(names):
        package, *rest = name.split(".")
        path = PACKAGES[package].joinpath(*rest).with_suffix(".py")
        if path.is_file():
            paths[name] = path
    return paths


def test_travellers_need_the_standard_library_alone(tmp_path: Path) -> None:
    """The worker has neither NumPy nor the rest of Gradmark, only the modules sent to it."""
    statements = [f"import sys; sys.path.insert(0, {str(tmp_path)!r})"]
    for name, path in travellers().items():
        target = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
        target.parent.mkdir(parents=True, exist_ok=True)
        (target.parent / "__init__.py").touch()
        shutil.copy(path, target)
        statements.append(f"import {name}")
    command = [sys.executable, "-I", "-S", "-c", "\n".join(statements)]
    answer = subprocess.run(command, capture_output=True, check=False, text=True)
    assert answer.returncode == 0, answer.stderr


def test_travellers_postpone_nothing_but_numpy() -> None:
    """An import inside a function would fail in the worker, in front of the user.

    NumPy is the exception: a program may ask for it, and hears that it is missing.
    """
    chosen = travellers()
    wrong = [
        f"{module}:{line} imports {name}"
        for module, path in chosen.items()
        for line, name in imported(path)
        if name.partition(".")[0] not in {"numpy", *sys.stdlib_module_names} and name not in chosen
    ]
    assert not wrong
