"""The hostile corpus: submissions that cheat or destroy, what each deserves, and what it gets.

``python plugins/tests/hostile_corpus.py`` prints the table; ``--write FILE`` makes the page.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import gradmark_reference
from gradmark.behaviour import load_spec
from gradmark.errors import GradmarkError
from gradmark.session import Session
from gradmark_backends.backend import open_backend
from gradmark_backends.graded import graded_plan
from gradmark_backends.reach import NAMES, obstacle
from gradmark_backends.resolve import resolve
from gradmark_reference.recorded import ANSWERS, open_reference

HERE = Path(__file__).parent
FOLDER = HERE / "hostile"
SHARED = ("engine", "tools")
LEVELS = (1, 2, 3)

ABOUT = "operations.tanh"
"""The behaviour that the engine has wrong, and that each trick is about."""

OTHERS = ("operators.mul-grad", "operations.exp", "accumulation.same-leaf-twice")
"""What the engine has right, asked before and after."""

ORDER = (OTHERS[0], ABOUT, *OTHERS[1:])

IMPORT_SECONDS, PROGRAM_SECONDS, MEMORY = 1.5, 0.4, 768 << 20

HONEST = "\n\nValue.tanh = right\n"

CHANGED = "files changed"

HEAD = (
    "# The hostile corpus\n\n"
    "{count} small submissions that cheat or destroy, one trick each, from "
    "`plugins/tests/hostile`.\n"
    "Each is the same engine, in which everything is right but the slope of `tanh`, and a trick "
    "that hides it or does harm where `tanh` is computed.\n"
    "The verdict is that of `operations.tanh`; three other behaviours are asked around it, and "
    "keep theirs.\n"
    "After each an honest submission is graded and gets everything; no process, folder or "
    "descriptor is left, and from level 2 on no file outside the worker's folder has changed.\n\n"
    "*pass* stands only in the column of level 1: there a library runs as you can, reads what you "
    "can and writes what you can, as the README says. *files changed* says where it did.\n\n"
    "Made at levels {levels}; `make hostile` prints the same on your machine, and `gradmark walls` "
    "says which levels it has.\n"
)


@dataclass(frozen=True, slots=True)
class Submission:
    """One trick: its name, what it does, and its verdict at each level."""

    name: str
    about: str
    deserves: dict[int, str]
    others: str
    seed: int = 0

    @property
    def source(self) -> str:
        """Return the whole submission, but for what `composed` puts in front."""
        return (FOLDER / f"{self.name}.py").read_text(encoding="utf-8")


def submissions() -> list[Submission]:
    """Read the corpus. Raises ValueError for a file that does not say what it deserves."""
    paths = sorted(FOLDER.glob("*.py"))
    return [_read(path) for path in paths if path.stem not in SHARED]


def _read(path: Path) -> Submission:
    head = path.read_text(encoding="utf-8").split('"""')[1]
    about, _, rest = head.partition("\n\n")
    said = dict(line.split(": ", 1) for line in rest.strip().splitlines())
    matched = re.fullmatch(
        r"([a-z-]+)(?: at level 1, ([a-z-]+) from level 2)?", said.get("deserves", "")
    )
    if matched is None:
        raise ValueError(f"{path.name} does not say what it deserves")
    first, later = matched[1], matched[2] or matched[1]
    return Submission(
        path.stem,
        about,
        {1: first, 2: later, 3: later},
        said.get("others", "pass"),
        int(said.get("seed", "0")),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a submission got: its verdict, those of the others, and what it left behind."""

    verdict: str
    others: tuple[str, ...]
    traces: tuple[str, ...]


def composed(trick: str, outside: Path) -> str:
    """Return the engine, the tools and a trick as the one file that is handed in."""
    known = {
        "OUTSIDE": str(outside),
        "ANSWERS": str(ANSWERS / "operations.json"),
        "PLACES": [str(Path(gradmark_reference.__file__).parents[1])],
    }
    parts = [(FOLDER / f"{name}.py").read_text(encoding="utf-8") for name in SHARED]
    places = "\n".join(f"{name} = {value!r}" for name, value in known.items())
    return "\n\n".join([*parts, places, trick])


def tried(trick: str, level: int, place: Path, seed: int = 0) -> Outcome:
    """Grade one submission at a level, as an assignment would, and look what is left of it.

    ``place`` is an empty folder; everything that the worker may write goes into its ``scratch``.
    """
    submission, outside, scratch = (place / n for n in ("submission", "outside", "scratch"))
    for folder in (submission, outside, scratch):
        folder.mkdir()
    (outside / "gradmark.toml").write_text("seed = 4711\n", encoding="utf-8")
    (submission / "mine.py").write_text(composed(trick, outside), encoding="utf-8")
    before, descriptors = _state(place), _descriptors()
    with _scratch_in(scratch):
        verdict, others = _graded(submission / "mine.py", level, seed)
        traces = _left(place, before, scratch, descriptors)
    return Outcome(verdict, others, traces)


def _graded(path: Path, level: int, seed: int) -> tuple[str, tuple[str, ...]]:
    plan = resolve(f"{path}::Value", rootdir=path.parent, invocation_dir=path.parent)
    try:
        backend = open_backend(
            graded_plan(plan, []),
            isolation=level,
            import_seconds=IMPORT_SECONDS,
            program_seconds=PROGRAM_SECONDS,
            memory_bytes=MEMORY,
        )
    except GradmarkError as error:
        return error.code, ()
    with backend:
        session = Session(
            load_spec(), backend, open_reference("recorded", seed), seed=seed, graded=True
        )
        found = {identity: session.verdict(identity).outcome.value for identity in ORDER}
    return found.pop(ABOUT), tuple(dict.fromkeys(found.values()))


@contextlib.contextmanager
def _scratch_in(folder: Path) -> Iterator[None]:
    kept, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = kept


def _state(place: Path) -> dict[str, tuple[int, bytes]]:
    """Return the modes and contents of all that a submission must not change."""
    found = {}
    for name in ("submission", "outside"):
        for path in (place / name).rglob("*"):
            mode = path.lstat().st_mode
            found[str(path)] = (mode, path.read_bytes() if stat.S_ISREG(mode) else b"")
    return found


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - it counts, and names nothing


def _left(
    place: Path, before: dict[str, tuple[int, bytes]], scratch: Path, descriptors: int
) -> tuple[str, ...]:
    """Say what a submission changed or left behind; its processes carry the folder's name."""
    found = []
    if _state(place) != before:
        found.append(CHANGED)
    if any(scratch.iterdir()):
        found.append("folder left")
    if _processes(scratch):
        found.append("processes left")
    if _descriptors() > descriptors:
        found.append("descriptors left")
    return tuple(found)


def _processes(scratch: Path) -> list[int]:
    """Return the processes whose environment names a folder, without those that have ended."""
    needle, found = os.fsencode(scratch), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if needle in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
    return found


@dataclass(frozen=True, slots=True)
class Result:
    """What a submission got at a level, and what the honest one after it got."""

    submission: Submission
    level: int
    trick: Outcome
    honest: Outcome

    @property
    def wrong(self) -> tuple[str, ...]:
        """Say what is not as it has to be; nothing where all is."""
        wanted, found = self.submission.deserves[self.level], []
        if self.trick.verdict != wanted:
            found.append(f"{self.trick.verdict} where it deserves {wanted}")
        if not {*self.trick.others} <= {"pass", self.submission.others}:
            found.append(f"others got {', '.join(self.trick.others)}")
        # Level 1 promises no wall around files, and the table says which were changed.
        found += [t for t in self.trick.traces if self.level > 1 or t != CHANGED]
        if (self.honest.verdict, self.honest.others, self.honest.traces) != ("pass", ("pass",), ()):
            found.append(f"the next submission got {self.honest}")
        return tuple(found)

    @property
    def told(self) -> str:
        """Return the cell of the table."""
        return ", ".join([self.trick.verdict, *self.trick.traces])


def result(submission: Submission, level: int, place: Path) -> Result:
    """Grade a submission in an empty folder, and an honest one after it."""
    outcomes = []
    for name, source in (("trick", submission.source), ("honest", HONEST)):
        (place / name).mkdir()
        outcomes.append(tried(source, level, place / name, submission.seed))
    return Result(submission, level, *outcomes)


def page(results: Iterable[Result]) -> str:
    """Return the page of the docs: a row a submission, a column a level."""
    rows: dict[str, list[Result]] = {}
    for found in results:
        rows.setdefault(found.submission.name, []).append(found)
    levels = [found.level for found in next(iter(rows.values()))]
    lines = [
        HEAD.format(count=len(rows), levels=", ".join(map(str, levels))),
        "| submission | what it does | " + " | ".join(f"level {n}" for n in levels) + " |",
        "|---|---|" + "---|" * len(levels),
    ]
    for name, cells in rows.items():
        told = " | ".join(cell.told for cell in cells)
        lines.append(f"| {name.replace('_', ' ')} | {cells[0].submission.about} | {told} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the corpus at every level that this machine has; 1 where something is not as it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("only", nargs="*", help="names of submissions; all without any")
    parser.add_argument("--level", type=int, action="append", choices=LEVELS)
    parser.add_argument("--write", type=Path, help="the page to make")
    options = parser.parse_args(arguments)
    levels = options.level or list(LEVELS)
    for level in levels:
        print(f"level {level}, {NAMES[level]}: {obstacle(level) or 'here'}")
    levels = [level for level in levels if not obstacle(level)]
    chosen = [s for s in submissions() if not options.only or s.name in options.only]
    results = []
    for submission in chosen:
        told = []
        for level in levels:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
                found = result(submission, level, Path(place).resolve())
            results.append(found)
            told.append(f"{found.told:16}" + "".join(f" ✗ {why}" for why in found.wrong))
        good = not any(r.wrong for r in results[len(results) - len(levels) :])
        print(f"{'✓' if good else '✗'} {submission.name:32} {' '.join(told)}", flush=True)
    wrong = sum(bool(found.wrong) for found in results)
    reached = ", ".join(map(str, levels))
    print(f"{len(chosen)} submissions at levels {reached}: {wrong} not as they deserve")
    if options.write:
        options.write.write_text(page(results), encoding="utf-8")
    return 1 if wrong or not results else 0


if __name__ == "__main__":
    sys.exit(main())
