"""What a graded library may import: a list, whatever tricks of paths it tries."""

import shutil
import sys
from pathlib import Path

import pytest

from gradmark.errors import GradmarkError
from gradmark.record import record
from gradmark_backends.backend import open_backend
from gradmark_backends.graded import graded_plan
from gradmark_backends.plan import Plan
from gradmark_backends.reach import obstacle
from gradmark_backends.walls.packages import Installed, allowed

WALLED = obstacle(2)

ENGINE = """
from gradmark_backends import Adapter
import ctypes, importlib, importlib.util, os, runpy, shutil, sys
from importlib.machinery import PathFinder
site, library, folder = {site!r}, {library!r}, {folder!r}
class Mine(Adapter): module = "engine"
def tried(name):
    try:
        found = tricks[name]()
    except (ImportError, OSError) as error:
        return type(error).__name__
    return str(found)
def plainly(name="torch"):
    return importlib.import_module(name).answer
def by_path():
    sys.path.insert(0, site)
    return plainly()
def by_finder():
    sys.meta_path[:] = [PathFinder]
    return plainly()
def by_file():
    spec = importlib.util.spec_from_file_location("torch", site + "/torch/__init__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.answer
def by_text():
    names = {{}}
    exec(open(site + "/torch/__init__.py").read(), names)
    return names["answer"]
def by_running():
    return runpy.run_path(site + "/torch/__init__.py")["answer"]
def by_link():
    os.symlink(site + "/torch", "torch")
    sys.path.insert(0, os.getcwd())
    sys.meta_path[:] = [PathFinder]
    return plainly()
def by_copy():
    shutil.copytree(site + "/torch", "torch")
    sys.path.insert(0, os.getcwd())
    return plainly()
def by_own_link():
    sys.path.insert(0, folder)
    return plainly("linked")
def by_environment():
    os.environ["PYTHONPATH"] = site
    import site as machinery
    machinery.addsitedir(site)
    sys.meta_path[:] = [PathFinder]
    return plainly()
def by_library():
    ctypes.CDLL(library)
    return 4711
tricks = dict(globals())
"""


@pytest.fixture
def submission(tmp_path):
    """An engine beside a folder of packages that holds torch and a helper with its own needs."""
    site = tmp_path / "venv" / "site-packages"
    (site / "torch" / "lib").mkdir(parents=True)
    (site / "torch" / "__init__.py").write_text("answer = 4711\n")
    mapped = [line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()]
    library = site / "torch" / "lib" / "libtorch.so"
    shutil.copy(next(path for path in mapped if "/libm" in path), library)
    install(site, "helper", "answer = 1\nimport basis\n", "Requires-Dist: basis>=1\n")
    install(site, "basis", "answer = 2\n", "Requires-Dist: torch ; extra == 'all'\n")
    folder = tmp_path / "student"
    folder.mkdir()
    (folder / "linked").symlink_to(site / "torch")
    text = ENGINE.format(site=str(site), library=str(library), folder=str(folder))
    (folder / "engine.py").write_text(text)
    return Plan("engine", "adapter", "engine:Mine", (str(folder), str(tmp_path), str(site)))


def install(site, name, source, needs=""):
    (site / name).mkdir()
    (site / name / "__init__.py").write_text(source)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {name}\n{needs}\nText\n")
    (info / "RECORD").write_text(f"{name}/__init__.py,,\n{info.name}/METADATA,,\n../bin/x,,\n")


def said(plan, level, name):
    """Return what a trick came to."""
    program = record(lambda lib: lib.observe("answer", lib.tried(name)))
    with open_backend(plan, isolation=level) as backend:
        answer = backend.ask(program)
    assert answer.trace is not None, answer
    assert answer.trace.stop is None, answer.trace.stop
    return answer.trace.seen[0].value.text


TRICKS = ["by_finder", "by_file", "by_text", "by_running", "by_link", "by_copy", "by_own_link"]
TRICKS += ["by_environment", "by_library"]


@pytest.mark.parametrize("trick", TRICKS)
def test_at_level_1_a_list_is_no_wall(submission, trick):
    """Each of these brings in what is not on the list, so that the next test can fail."""
    assert said(graded_plan(submission, []), 1, trick) == "4711"


@pytest.mark.parametrize("trick", [*TRICKS, "plainly", "by_path"])
@pytest.mark.skipif(bool(WALLED), reason=WALLED)
def test_at_level_2_no_trick_brings_it_in(submission, trick):
    """Its files can't be read, under whatever name."""
    expected = {"ModuleNotFoundError", "PermissionError", "OSError", "Error"}
    assert said(graded_plan(submission, []), 2, trick) in expected


@pytest.mark.parametrize("level", [1, 2])
def test_what_is_not_on_the_list_is_not_installed(submission, level):
    """An engine that would use torch where it is there hears that it is not."""
    if level == 2 and WALLED:
        pytest.skip(WALLED)
    plan = graded_plan(submission, [])
    assert said(plan, level, "plainly") == "ModuleNotFoundError"
    assert said(plan, level, "by_path") == "ModuleNotFoundError"


@pytest.mark.skipif(bool(WALLED), reason=WALLED)
def test_what_is_on_the_list_comes_with_what_it_requires(submission, tmp_path):
    """And without what only an extra of it would require."""
    engine = tmp_path / "student" / "engine.py"
    engine.write_text(engine.read_text() + "import helper\n")
    assert said(graded_plan(submission, ["helper"]), 2, "plainly") == "ModuleNotFoundError"
    with pytest.raises(GradmarkError, match="engine can't be imported: ModuleNotFoundError"):
        open_backend(graded_plan(submission, []), isolation=2)


@pytest.mark.skipif(bool(WALLED), reason=WALLED)
def test_numpy_is_always_there(submission, tmp_path):
    """Also for a fresh worker, which finds it imported."""
    pytest.importorskip("numpy")
    engine = tmp_path / "student" / "engine.py"
    text = "import numpy\ndef dot(): return float(numpy.ones((9, 9)).dot(numpy.ones(9)).sum())\n"
    engine.write_text(engine.read_text() + text)
    program = record(lambda lib: lib.observe("sum", lib.dot()))
    with open_backend(graded_plan(submission, []), isolation=2) as backend:
        answers = [backend.ask(program, fresh=fresh) for fresh in (False, True, True)]
        assert "numpy" in backend.info.loaded
    assert len({str(answer.trace) for answer in answers}) == 1
    assert answers[0].trace.stop is None


def test_what_was_loaded_is_written_down(submission):
    """Packages by their names, and native libraries by their files."""
    program = record(lambda lib: lib.observe("answer", lib.tried("by_file")))
    with open_backend(submission, isolation=1) as backend:
        assert "engine" in backend.info.loaded
        answer = backend.ask(record(lambda lib: lib.observe("answer", lib.tried("by_path"))))
        assert answer.loaded[0] == "torch"
        assert backend.ask(program).loaded == ()
        backend.ask(record(lambda lib: lib.observe("answer", lib.tried("by_library"))))
        if sys.platform == "linux":
            assert any(name.endswith("libtorch.so") for name in backend._process.mapped())


def test_only_the_submissions_own_folder_is_left_of_the_path(submission, tmp_path):
    """Where the grader stands is no place to import from, and packages stay to be chosen from."""
    plan = graded_plan(submission, ["Helper"])
    assert plan.search_path == (str(tmp_path / "student"), submission.search_path[2])
    assert plan.home == (str(tmp_path / "student"),)
    assert plan.packages == ("Helper",)


def test_a_package_is_all_of_its_folder_and_no_more(tmp_path):
    """Its neighbours are other submissions."""
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "__init__.py").write_text("")
    plan = Plan("alice", "path", str(tmp_path / "alice"), (str(tmp_path),))
    assert graded_plan(plan, []).home == (str(tmp_path / "alice"),)
    assert graded_plan(plan, []).search_path == (str(tmp_path),)


def test_what_is_graded_itself_is_on_the_list(tmp_path):
    """A ready adapter's library, and an installed module by its name."""
    graded = graded_plan(Plan("torch", "ready", "ready.torch:Torch"), [])
    assert graded.packages == ("torch", "numpy")
    pytest.importorskip("numpy")
    place = str(Path(pytest.importorskip("numpy").__file__).parents[1])
    assert graded_plan(Plan("n", "module", "numpy.linalg", (place,)), []).packages == ("numpy",)


def test_the_files_of_a_distribution_are_what_its_record_says(submission, tmp_path):
    """A folder that several share is not given away as a whole."""
    site = tmp_path / "venv" / "site-packages"
    for name in ("one", "two"):
        (site / "shared" / name).mkdir(parents=True)
        (site / "shared" / name / "__init__.py").write_text("")
    install(site, "shared-one", "")
    (site / "shared-one-1.0.dist-info" / "RECORD").write_text("shared/one/__init__.py,,\n")
    assert Installed(str(site)).places("Shared_One") == ["shared-one-1.0.dist-info", "shared/one"]
    assert allowed([str(site)], ["nothing", "shared.one"]) == [
        f"{site}/shared-one-1.0.dist-info",
        f"{site}/shared/one",
    ]


def test_a_library_that_is_not_on_the_list_is_missed_by_name(tmp_path):
    """And the line that would allow it is said."""
    source = "from gradmark_backends import Adapter\nclass Mine(Adapter): module = 'numpy_like'\n"
    (tmp_path / "mine.py").write_text(source)
    plan = Plan("mine", "adapter", "mine:Mine", (str(tmp_path),))
    with pytest.raises(GradmarkError, match="not among the packages that are allowed") as caught:
        open_backend(graded_plan(plan, ["scipy"]), isolation=1)
    assert caught.value.cause == "allowed are numpy, scipy"
    assert caught.value.hint == 'packages = ["numpy_like"] in the assignment file'


def test_a_numpy_of_the_submissions_own_stays_its_own(submission, tmp_path):
    """It is never imported where workers are made, and every worker finds the same one."""
    pids = tmp_path / "student" / "numpy.py"
    pids.write_text("import os\npid = os.getpid()\n")
    engine = tmp_path / "student" / "engine.py"
    engine.write_text(engine.read_text() + "import numpy\ndef own(): return numpy.pid\n")
    program = record(lambda lib: lib.observe("pid", lib.own()))
    with open_backend(graded_plan(submission, []), isolation=1) as backend:
        for _ in range(3):
            answer = backend.ask(program, fresh=True)
            assert int.from_bytes(answer.trace.seen[0].value.data, "little") == backend.pid
