"""Smoke: adapters and libraries that are broken in files of their own, each charged rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradmark.errors import GradmarkError
from gradmark_backends.backend import open_backend
from gradmark_backends.resolve import resolve
from gradmark_backends.smoke import SmokeLine, exit_code, smoke, unopened

EXAMPLES = Path(__file__).parents[1] / "examples"
CLASSES = {"renamed": "Renamed", "returned": "Returned", "functional": "Functional"}
ADAPTER, LIBRARY = 4, 1


def lines_of(folder: Path, kind: str, file: str, old: str, new: str) -> list[SmokeLine]:
    """Bend one line of an example and ask the nine questions."""
    for name in ("adapter.py", "engine.py"):
        text = (EXAMPLES / kind / name).read_text()
        assert name != file or old in text
        folder.joinpath(name).write_text(text.replace(old, new, 1) if name == file else text)
    where = f"{folder}/adapter.py:{CLASSES[kind]}"
    plan = resolve(where, rootdir=folder, invocation_dir=folder)
    try:
        backend = open_backend(plan)
    except GradmarkError as error:
        return unopened(error, "adapter")
    with backend:
        return smoke(backend)


@pytest.mark.parametrize(
    ("kind", "old", "new", "first", "said"),
    [
        ("renamed", "space.Node(", "space.Nod(", "leaf", "(adapter.py, line "),
        ("renamed", "wants=bool(requires_grad)", "", "gradient", "hand requires_grad on"),
        ("renamed", '".grad": "slope"', '".grad": "work_back"', "gradient", ".grad lead to"),
        ("renamed", "aliases = {", "aliases = {{", "import", "never closed"),
        ("renamed", "import Any\n", "import Any\n1 / 0\n", "import", "ZeroDivisionError"),
        ("renamed", 'name = "', 'delivery = "atribute"\n    name = "', "import", "'atribute'"),
        ("returned", "list(leaves))", "list(leaves))[1:]", "backward", "where 0 came"),
        ("functional", "return found", "pass", "backward", "where NoneType came"),
    ],
)
def test_a_broken_adapter_is_charged(
    tmp_path: Path, kind: str, old: str, new: str, first: str, said: str
) -> None:
    """What breaks in the adapter's file, or in what it says, is not the library's."""
    lines = lines_of(tmp_path, kind, "adapter.py", old, new)
    wrong = next(line for line in lines if not line.ok)
    assert (wrong.name, wrong.fault) == (first, "adapter")
    assert said in wrong.detail
    assert exit_code(lines) == ADAPTER


@pytest.mark.parametrize(
    ("kind", "old", "new", "first", "said"),
    [
        ("renamed", "__radd__, __rmul__ = __add__, __mul__", "del __mul__", "mul", "for *"),
        ("renamed", "waiting = [(", "raise NotImplementedError\n        waiting = [(",
         "backward", "(engine.py, line "),
        ("renamed", "return Node(self.numbers + other", "return self.numbers * 2\n        N(other",
         "add", "no tensor"),
        ("renamed", "return Node(self.numbers + other", "return object()\n        N(other",
         "add", "type object"),
        ("renamed", "waiting = [(", "return\n        waiting = [(", "gradient", "None"),
        ("renamed", "def total(", "def total((", "import", "SyntaxError"),
        ("functional", "eye = np", "1 / 0\n    eye = np", "backward", "(engine.py, line "),
    ],
)  # fmt: skip
def test_a_wrong_library_is_charged(
    tmp_path: Path, kind: str, old: str, new: str, first: str, said: str
) -> None:
    """What the library lacks, or raises in files of its own, is not the adapter's."""
    lines = lines_of(tmp_path, kind, "engine.py", old, new)
    wrong = next(line for line in lines if not line.ok)
    assert (wrong.name, wrong.fault) == (first, "library")
    assert said in wrong.detail
    assert exit_code(lines) == LIBRARY
