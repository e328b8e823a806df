"""Finding and importing an engine: bad input, archives, choices, and tables without code."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradmark.errors import GradmarkError
from gradmark_backends.backend import WorkerBackend, open_backend
from gradmark_backends.bundle import TRAVELLERS
from gradmark_backends.plan import Plan
from gradmark_backends.recognition.arrays import spelt_words
from gradmark_backends.recognition.stand_ins import FINDER, replaceable, stand_in
from gradmark_backends.resolve import resolve
from gradmark_backends.shaken import Shaker
from gradmark_backends.table_file import read_table, written_table
from gradmark_cli.main import main

CORPUS = Path(__file__).parent / "corpus"
VALUE = (CORPUS / "value_lecture.py").read_text(encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to hand in, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan(text: str, place: Path) -> Plan:
    return resolve(text, rootdir=place, invocation_dir=place)


def recognised(text: str, place: Path) -> tuple[str, ...]:
    with open_backend(plan(text, place)) as backend:
        found: tuple[str, ...] = backend.info.recognised
        return found


def refused(text: str, place: Path, **options: float) -> GradmarkError:
    with pytest.raises(GradmarkError) as error:
        open_backend(plan(text, place), **options)  # type: ignore[arg-type]
    return error.value


def test_a_folder_without_an_engine(place: Path) -> None:
    """What was looked at is listed, with what is wrong with it."""
    (place / "notes.py").write_text("class Notes:\n    def read(self): ...\n", encoding="utf-8")
    (place / "broken.py").write_text("def backward(:\n", encoding="utf-8")
    error = refused(".", place)
    assert error.code == "not-recognised"
    assert "in notes.py" in error.cause
    assert "in broken.py (line 1: " in error.cause


def test_a_file_that_only_ends_the_program(place: Path) -> None:
    """A script that wants its arguments defines nothing: which line ended it is said."""
    text = 'import sys\nif len(sys.argv) < 9:\n    raise SystemExit("usage: engine.py DATA")\n'
    (place / "engine.py").write_text(text, encoding="utf-8")
    error = refused("engine.py", place)
    assert error.code == "not-recognised"
    assert "engine.py line 2, SystemExit: usage: engine.py DATA" in error.cause


def test_a_class_whose_gradient_is_nowhere(place: Path) -> None:
    """Where nothing could be the gradient nothing is graded, and it says what failed."""
    source = VALUE.replace(".grad", ".secret").replace("self.secret = 1\n", "self.secret = 0\n")
    (place / "engine.py").write_text(source, encoding="utf-8")
    error = refused("engine.py", place)
    assert error.code == "not-recognised"
    assert "y.backward() filled no gradient" in error.cause


def test_python_2_is_named(place: Path) -> None:
    """A print without parentheses is told from a mistake."""
    (place / "engine.py").write_text(VALUE + '\nprint "hello"\n', encoding="utf-8")
    error = refused("engine.py", place)
    assert error.code == "syntax-error"
    assert "this is Python 2" in error.hint


def test_python_2_is_named_for_a_folder(place: Path) -> None:
    """Where a folder has nothing else, the hint is about that."""
    (place / "engine.py").write_text(VALUE + '\nprint "hello"\n', encoding="utf-8")
    error = refused(".", place)
    assert "Python 2" in error.cause
    assert "2to3" in error.hint


def test_a_file_that_hides_a_module_of_pythons(place: Path) -> None:
    """An import that stumbles over the student's own numbers.py says which name is to blame."""
    (place / "numbers.py").write_text("import decimal\n" + VALUE, encoding="utf-8")
    error = refused("numbers.py", place)
    assert error.code == "import-failed"
    assert "numbers.py hides Python's own module" in error.hint


def test_what_an_engine_is_made_of_is_never_left_out(place: Path) -> None:
    """A class that raises when it is made is no part to go without, and its error is told."""
    text = VALUE + "\nopen('no-such-file')\nif True:\n    class Other(Value, Value): ...\n"
    (place / "engine.py").write_text(text, encoding="utf-8")
    error = refused("engine.py", place)
    assert error.code == "import-failed"
    assert "no-such-file" in error.cause


def test_a_missing_module_that_computes_is_not_replaced(place: Path) -> None:
    """The hint names the package and the interpreter."""
    (place / "engine.py").write_text("import numba_of_nobody\n" + VALUE, encoding="utf-8")
    error = refused("engine.py", place)
    assert error.code == "import-failed"
    assert "pip install numba_of_nobody" in error.hint


def test_a_loop_on_import_is_stopped(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock ends it, with a message, and without taking all of its time twice."""
    (place / "engine.py").write_text(VALUE + "\nwhile True:\n    pass\n", encoding="utf-8")
    given: list[float] = []
    start = WorkerBackend._start

    def started(backend: WorkerBackend) -> Any:
        given.append(backend._import_seconds)
        return start(backend)

    monkeypatch.setattr(WorkerBackend, "_start", started)
    error = refused("engine.py", place, import_seconds=1.0)
    assert error.code == "import-timeout"
    assert given == [1.0, pytest.approx(1 / 3)]


def test_a_file_named_as_a_module_of_pythons_leaves_that_alone(place: Path) -> None:
    """A student's types.py is the engine, and Python's own is what others import."""
    import types

    (place / "types.py").write_text(VALUE, encoding="utf-8")
    for named in ("types.py", "."):
        with open_backend(plan(named, place), isolation=0) as backend:
            assert backend.info.where == str(place / "types.py")
            assert dict(backend.table)["engine.file"] == str(place / "types.py")
            assert sys.modules["types"] is types


@pytest.mark.parametrize("name", ["work.zip", "work.tar.gz"])
def test_an_archive_is_unpacked(place: Path, name: str) -> None:
    """An engine is found in a .zip and in a .tar.gz."""
    packed(place / name, {"work/engine.py": VALUE, "work/notes.txt": "."})
    assert recognised(name, place)[0] == "leaf: Value(3.0)"
    assert [p.name for p in place.iterdir()] == [name]


@pytest.mark.parametrize("name", ["work.zip", "work.tar.gz"])
@pytest.mark.parametrize("member", ["../out.py", "/tmp/out.py", "a/../../out.py"])
def test_nothing_leaves_an_archive(place: Path, name: str, member: str) -> None:
    """A path that leads out refuses all of it."""
    packed(place / name, {"engine.py": VALUE, member: "x = 1"})
    error = refused(name, place)
    assert error.code == "bad-archive"
    assert "leads out" in error.cause
    assert [p.name for p in place.iterdir()] == [name]


def test_what_is_no_archive(place: Path) -> None:
    """A file that only has the name of one is refused."""
    (place / "work.zip").write_bytes(b"nothing")
    assert refused("work.zip", place).code == "bad-archive"


def packed(path: Path, members: dict[str, str]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return
    with tarfile.open(path, "w:gz") as tar:
        for name, text in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))


@pytest.mark.parametrize(
    ("chosen", "leaf"),
    [
        ("two_engines::Value", "leaf: Value(3.0)"),
        ("two_engines::Tensor", "leaf: Tensor(3.0, requires_grad=True)"),
        ("lessons/part2::Value", "leaf: Value(3.0)"),
        ("lessons/part2/engine.py::Value", "leaf: Value(3.0)"),
    ],
)
def test_an_engine_is_chosen(chosen: str, leaf: str) -> None:
    """``path::Class`` says which of several."""
    assert recognised(chosen, CORPUS)[0] == leaf


def test_each_engine_of_a_folder_is_graded(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An engine that can't be opened costs itself alone, and each has a report of its own."""
    for name, text in (("a", VALUE), ("b", VALUE), ("c", "import no_such_module\n" + VALUE)):
        (place / "all" / name).mkdir(parents=True)
        (place / "all" / name / "engine.py").write_text(text, encoding="utf-8")
    assert main(["run", "--backend=./all::*", "--behaviour=operators.mul-grad", "-q"]) == 4
    said = capsys.readouterr()
    titles = [line for line in said.out.splitlines() if line.startswith("== ")]
    assert titles == [f"== ./all::{name}/engine.py::Value" for name in "abc"]
    assert said.out.count("so far: 1 pass") == 2
    assert "No module named 'no_such_module'" in said.err
    reports = sorted(path.parent.name for path in place.glob("gradmark-report/*/run.jsonl"))
    assert reports == ["a-engine.py-Value", "b-engine.py-Value"]


def test_one_of_an_archive_is_chosen_by_its_file(place: Path) -> None:
    """What a refusal says to type works."""
    packed(place / "work.zip", {"a/engine.py": VALUE, "b/engine.py": VALUE})
    error = refused("work.zip", place)
    assert "--backend=work.zip::a/engine.py::Value" in error.hint
    assert recognised("work.zip::b/engine.py::Value", place)[0] == "leaf: Value(3.0)"
    assert refused("work.zip::c/engine.py::Value", place).code == "no-such-class"


def test_a_class_that_is_not_there(place: Path) -> None:
    """Those that are there are listed."""
    error = refused("two_engines::Node", CORPUS)
    assert error.code == "no-such-class"
    assert error.cause.splitlines() == ["tensor.py::Tensor", "scalar.py::Value"]
    with pytest.raises(GradmarkError) as other:
        plan("two_engines::not a class", CORPUS)
    assert other.value.code == "no-such-class"


def test_recognising_writes_what_is_read_back(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file that the command writes opens the same engine, and can be corrected."""
    (place / "work").mkdir()
    text = (CORPUS / "scalar_val_derivative.py").read_text(encoding="utf-8")
    (place / "work/engine.py").write_text(text, encoding="utf-8")
    assert main(["recognise", "./work"]) == 0
    written = capsys.readouterr().out
    assert 'file = "work/engine.py"' in written
    assert 'attribute = "derivative"' in written
    (place / "adapter.toml").write_text(written, encoding="utf-8")
    lines = recognised("adapter.toml", place)
    assert lines[:3] == (
        "leaf: Scalar(3.0)",
        "value: .val (float)",
        "gradient: .derivative (float, starts at 0)",
    )
    assert "as written in a table" in lines
    wrong = written.replace('"derivative"', '"val"')
    (place / "adapter.toml").write_text(wrong, encoding="utf-8")
    assert any("went wrong" in line for line in recognised("adapter.toml", place))


def test_a_ready_adapter_is_not_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    """It is used as it is."""
    assert main(["recognise", "micrograd"]) == 4
    assert "has an adapter" in capsys.readouterr().err


def test_a_short_table_chooses_between_two_gradients(place: Path) -> None:
    """What a table leaves out is tried as ever."""
    source = (CORPUS / "gradient_twice.py").read_text(encoding="utf-8")
    (place / "engine.py").write_text(source, encoding="utf-8")
    (place / "mine.toml").write_text(
        '[engine]\nfile = "engine.py"\n[gradient]\nattribute = "gradient"\n'
        '[names]\ntanh = ""\n[keywords]\ndim = "axis"\n',
        encoding="utf-8",
    )
    assert "gradient: .gradient (float, starts at 0)" in recognised("mine.toml", place)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("engine = 3\n", "outside of a section"),
        ('[engine]\nclass = "Value"\n', "needs either file or module"),
        ('[engine]\nfile = "a"\nmodule = "b"\n', "needs either file or module"),
        ('[engine]\nfile = "a"\n[leaf]\ncal = "b"\n', "there is no 'leaf.cal'"),
        ('[engine]\nfile = "a"\n[leaf]\nnumber = "numbers"\n', "leaf.number = 'numbers'"),
        ('[engine]\nfile = "a"\n[leaf]\nnumber = 3\n', "leaf.number is no text"),
        ("[engine\n", "line 1"),
    ],
)
def test_a_table_that_says_something_else(place: Path, text: str, told: str) -> None:
    """The message names the key."""
    (place / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(GradmarkError) as error:
        read_table(place / "mine.toml")
    assert error.value.code == "bad-table"
    assert told in error.value.message


def test_hostile_names_are_quoted(place: Path) -> None:
    """Whatever an engine calls things, the table is read back as it was."""
    rows = (("engine.module", 'x"\n[engine]'), ("names..a b", "\\\u2028"))
    (place / "mine.toml").write_text(written_table(rows, place), encoding="utf-8")
    assert read_table(place / "mine.toml") == rows


DRAWING = """
import pydotplus
from pydotplus.deep import Graph, bar, shown

class Mine(Graph["X"], bold=True):
    pass

@shown
def three():
    return 3

with Graph().style as inside:
    inside.draw("a").save()
gone_through = list(bar([1, 2]))
"""


@pytest.fixture
def drawn() -> Iterator[None]:
    yield
    FINDER.names.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not FINDER]
    for name in [n for n in sys.modules if n.partition(".")[0] == "pydotplus"]:
        del sys.modules[name]


def test_a_stand_in_survives_what_is_done_with_it(drawn: None) -> None:
    """It is derived from, decorates, is subscripted, entered and gone through."""
    assert stand_in("pydotplus.deep") == "pydotplus"
    names: dict[str, Any] = {}
    exec(DRAWING, names)
    assert names["gone_through"] == [1, 2]
    assert (names["three"](), isinstance(names["Mine"](3), names["Mine"])) == (3, True)
    with pytest.raises(TypeError):
        names["Graph"]() + 1


@pytest.mark.parametrize("name", ["scipy", "torch", "cupy", "numba", "sklearn", "networkx"])
def test_what_computes_has_no_stand_in(name: str) -> None:
    """What it would have computed is unknown."""
    assert not replaceable(name)


def test_the_whole_room_travels() -> None:
    """A worker recognises by itself, with what was sent to it."""
    room = Path(__file__).parents[1] / "gradmark_backends/recognition"
    names = {f"gradmark_backends.recognition.{path.stem}" for path in room.glob("[!_]*.py")}
    assert len(names) >= 15
    assert names <= set(TRAVELLERS)


def test_axes_by_another_name() -> None:
    """Only the words that a function takes are offered."""
    assert spelt_words(lambda self, axis=None, keepdims=False: None) == {
        "dim": ["axis"],
        "keepdim": ["keepdims"],
    }


def test_shaking_moves_what_is_made_next() -> None:
    """New objects lie in other orders from call to call."""
    shaker = Shaker()
    orders = set()
    for _ in range(40):
        shaker.shake()
        made = [Shaker() for _ in range(4)]
        orders.add(tuple(sorted(range(4), key=lambda n: id(made[n]))))
    assert len(orders) > 1
