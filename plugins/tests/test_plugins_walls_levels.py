"""Levels of isolation: found by trying, required, refused, and of no influence on a verdict."""

import json
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from gradmark.errors import GradmarkError
from gradmark.host import isolation_of
from gradmark.journal import read
from gradmark_backends import launch, reach
from gradmark_backends.bundle import make_bundle, source_of
from gradmark_backends.plan import Plan
from gradmark_backends.reach import advice, obstacle
from gradmark_cli.main import main

BENCH = Path(__file__).parents[2] / "conformance" / "bench"
REACHED = {level: obstacle(level) for level in (1, 2, 3)}
PLAN = 'title = "One"\nprofile = "tensor"\n{}[[group]]\nname = "Sums"\nbehaviours = ["sums"]\n'
PLAN += "points = 1\n"


def needs(level):
    why = REACHED.get(level, "")
    return pytest.mark.skipif(bool(why), reason=why or "it is there")


@pytest.fixture
def run(tiny, capsys):
    """Run the command line in the tiny spec's folder; return exit code, output and errors."""

    def call(*arguments):
        code = main(("run", "--backend=mylib", "--profile=tensor", *arguments))
        return code, *capsys.readouterr()

    return call


def verdicts(folder):
    found = read(folder / "gradmark-report" / "run.jsonl")
    return {e.id: (e.outcome, e.verdict.detail.observed) for e in found.entries}, found.header


def test_verdicts_are_the_same_at_every_level(run, tiny):
    """An engine with bugs and a right one: what isolates it changes nothing of it."""
    levels = [0, *(level for level, why in REACHED.items() if not why)]
    for backend in ("mylib", "right"):
        seen = []
        for level in levels:
            run(f"--backend={backend}", f"--isolation={level}")
            found, header = verdicts(tiny)
            seen.append(found)
            assert header.backend["isolation"] == level
        assert seen == [seen[0]] * len(levels)


@needs(2)
def test_a_required_level_is_given(run, tiny):
    """The run takes place at the level that is required, and says so."""
    code, out, _ = run("--require-isolation=2")
    assert code == 1
    assert "isolation: 2, seed: 0" in out
    assert verdicts(tiny)[1].backend["isolation"] == 2


def test_less_than_required_is_refused(run):
    """Before anything is opened."""
    code, _, err = run("--isolation=1", "--require-isolation=2")
    assert code == 4
    assert "isolation level 2, and this run has 1 [too-little-isolation]" in err


@pytest.mark.parametrize(
    ("asked", "required", "level"), [(None, 0, 1), (None, 3, 3), (0, 0, 0), (3, 2, 3)]
)
def test_a_run_has_what_is_asked_for_or_needed(asked, required, level):
    """The default is one process of its own."""
    assert isolation_of(asked, required, None) == level


@needs(2)
def test_an_assignment_wants_walls(run, tiny):
    """Level 2 unless the file accepts less, and the list of packages stands in the header."""
    (tiny / "gradmark.toml").write_text(PLAN.format('packages = ["scipy"]\n'))
    _, out, _ = run("--assignment=gradmark.toml")
    assert "isolation: 2, seed: 0" in out
    assert "packages: numpy, scipy, and no others" in out
    assert verdicts(tiny)[1].backend["packages"] == ("scipy",)
    code, _, err = run("--assignment=gradmark.toml", "--isolation=1")
    assert code == 4
    assert "the assignment asks for isolation level 2, and this run has 1" in err
    (tiny / "gradmark.toml").write_text(PLAN.format("isolation = 1\n"))
    assert "isolation: 1, seed: 0" in run("--assignment=gradmark.toml")[1]


@needs(2)
def test_pytest_requires_and_grades_behind_walls_too(graded):
    """Both by options and by the file, also under xdist."""
    (graded.path / "gradmark.toml").write_text(PLAN.format(""))
    graded.makeini("[pytest]\n")
    result = graded.runpytest("--backend=mylib", "--assignment=gradmark.toml", "-n2")
    result.stdout.fnmatch_lines(["*isolation: 2, seed: 0"])
    result = graded.runpytest("--backend=mylib", "--isolation=1", "--gradmark-require-isolation=2")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*isolation level 2, and this run has 1*"])


@needs(2)
def test_what_the_grader_keeps_beside_a_submission_stays_unread(run, tiny):
    """The assignment with its secret seed and earlier reports, though they are in its folder."""
    (tiny / "gradmark.toml").write_text("seed = 918273\n" + PLAN.format(""))
    (tiny / "gradmark-report").mkdir()
    (tiny / "gradmark-report" / "run.jsonl").write_text("")
    engine = (tiny / "right.py").read_text()
    (tiny / "mylib.py").write_text(
        engine + "import os\nfor name in ('gradmark.toml', 'gradmark-report/run.jsonl'):\n"
        f"    try: open(os.path.join({str(tiny)!r}, name)); found = 1\n"
        "    except PermissionError: pass\n"
        "    else: raise SystemExit(name)\nopen(__file__).close()\n"
    )
    assert run("--assignment=gradmark.toml")[0] == 0


def broken(monkeypatch, module, old, new):
    """Let workers be made of other sources than ours."""
    source = source_of(f"gradmark_backends.walls.{module}")
    assert old in source
    bundle = make_bundle({f"gradmark_backends.walls.{module}": source.replace(old, new)})
    monkeypatch.setattr(launch, "make_bundle", lambda: bundle)


@needs(2)
@pytest.mark.parametrize(
    ("module", "old", "new", "why"),
    [
        ("system", "    name = platform.machine()", "    name = 'VAX'", "on vax has no walls"),
        ("landlock", "_RESTRICT = 444", "_RESTRICT = 999", "this kernel has no Landlock"),
        ("landlock", "syscall(_RESTRICT, ruleset, 0)", "ruleset", "a file of the host can be read"),
        ("seccomp", "    where = machine()\n", "    return\n", "processes can be started"),
        ("seccomp", '"socket": (41, 198), ', "", "sockets can be made"),
        ("raising", "(scratch, WRITE)", "(scratch, READ)", "its own folder can't be written"),
    ],
)  # fmt: skip
def test_a_wall_that_does_not_stand_is_found_out(monkeypatch, opened, module, old, new, why):
    """By trying it in each worker, and no library is opened behind the others."""
    broken(monkeypatch, module, old, new)
    with pytest.raises(GradmarkError, match="too-little-isolation") as caught:
        opened(isolation=2)
    assert why in caught.value.cause
    assert "isolation = 1 in the assignment file" in caught.value.hint


def test_bubblewrap_that_is_not_there_is_said(monkeypatch, opened):
    """Before anything is started."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GradmarkError, match="there is no bwrap in PATH") as caught:
        opened(isolation=3)
    assert "install bubblewrap" in caught.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="a shell script stands in for bubblewrap")
def test_bubblewrap_that_does_not_work_is_said(monkeypatch, opened, tmp_path):
    """As it says so itself, in a container for instance."""
    script = tmp_path / "bwrap"
    script.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GradmarkError, match="No permissions to create") as caught:
        opened(isolation=3)
    assert caught.value.code == "too-little-isolation"
    assert "No permissions" in obstacle(3)


def test_the_command_line_says_what_can_be_had(capsys, monkeypatch):
    """A line a level, with what is in the way and what to do."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["walls"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[0] for line in lines] == ["0", "1", "2", "3"]
    assert "no   bubblewrap around all of that: there is no bwrap in PATH; install" in lines[3]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_told_what_to_do(platform):
    """A container or a virtual machine, or less in the file."""
    said = advice(2, platform)
    assert "only Linux has these walls" in said
    assert "isolation = 1 in the assignment file" in said


def test_what_an_adapter_needs_is_granted_and_shown(opened):
    """Where nobody is graded its word is enough; the header says how much less of a wall it is."""
    source = "Mine.needs = ('memory',)\nimport resource\n"
    source += "def limit(): return int(resource.getrlimit(resource.RLIMIT_AS)[0] > 0)\n"
    assert opened(source).info.needs == ("memory",)
    assert opened(source).number("limit") == 0  # RLIM_INFINITY is -1


@needs(2)
def test_a_compiler_can_be_used_where_it_is_needed(opened):
    """Processes are started; files outside and sockets are as far away as before."""
    source = (
        "import os, socket, subprocess\n"
        "def run(): return len(subprocess.run(['/bin/echo', 'x'], capture_output=True).stdout)\n"
        "def socket_(): return socket.socket()\n"
    )
    assert opened(source, isolation=2).ask("run").trace.stop.names[0] == "PermissionError"
    backend = opened("Mine.needs = ('compiler',)\n" + source, isolation=2)
    assert backend.number("run") == 2
    assert backend.ask("socket_").trace.stop.names[0] == "PermissionError"


@needs(2)
def test_a_graded_adapter_can_not_grant_itself_anything(tmp_path):
    """What the assignment does not allow is not needed."""
    from gradmark_backends.backend import open_backend
    from gradmark_backends.graded import graded_plan

    source = "from gradmark_backends import Adapter\nclass Mine(Adapter):\n    module = 'mine'\n"
    (tmp_path / "mine.py").write_text(source + "    needs = ('compiler', 'memory')\n")
    plan = Plan("mine", "adapter", "mine:Mine", (str(tmp_path),))
    with open_backend(graded_plan(plan, []), isolation=2) as backend:
        assert backend.info.needs == ()
    with open_backend(graded_plan(plan, [], ["memory"]), isolation=2) as backend:
        assert backend.info.needs == ("memory",)
    assert json.loads(json.dumps(plan.to_json()))["packages"] is None


def test_every_level_has_a_name():
    """One line each, and no other."""
    assert list(reach.NAMES) == [0, 1, 2, 3]


def test_the_benchmark_ends_no_process_by_a_number_of_bubblewraps(monkeypatch):
    """Outside, that number belongs to no one or to a stranger."""
    monkeypatch.syspath_prepend(BENCH)
    monkeypatch.setattr("os.kill", lambda *_: pytest.fail("a stranger was killed"))
    bubbled = SimpleNamespace(info=SimpleNamespace(isolation=3), pid=2, drop_spare=bool)
    with pytest.raises(ValueError, match="bubblewrap"):
        import_module("workers").replaced(bubbled)
