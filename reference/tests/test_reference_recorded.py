"""The recorded answers are PyTorch's own, and a run that has them needs no PyTorch."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.errors import GradmarkError
from gradmark.judge import judge
from gradmark.trace import Stop
from gradmark.verdict import Outcome
from gradmark_reference.live import Live
from gradmark_reference.recorded import ANSWERS, Recorded, open_reference, recording

SPEC = load_spec()
ALONE = """
import sys
sys.modules["torch"] = None
from gradmark.behaviour import load_spec
from gradmark_reference.recorded import open_reference
reference = open_reference("recorded", 0)
print(sum(bool(reference.expected(b.program()).seen) for b in load_spec()))
"""


@pytest.fixture(scope="module")
def live() -> Live:
    """Keep one PyTorch for the module."""
    return Live()


def test_every_answer_is_recorded_and_no_other() -> None:
    """The files hold the spec's programs at seed 0: `python -m gradmark_reference.answers`."""
    kept: dict[str, list[str]] = {}
    wanted: dict[str, str] = {}
    for path in ANSWERS.glob("*.json"):
        kept.update(json.loads(path.read_text(encoding="utf-8"))["answers"])
    for behaviour in SPEC:  # two may judge one program, and its first asker is written down
        wanted.setdefault(behaviour.program().key, behaviour.id)
    assert {key: entry[0] for key, entry in kept.items()} == wanted


def test_recorded_answers_are_what_pytorch_says_now(live: Live) -> None:
    """Judged as any library is, the recording passes against PyTorch, and holds as much."""
    recorded = Recorded()
    for behaviour in SPEC:
        program = behaviour.program()
        now, before = live.expected(program), recorded.expected(program)
        assert judge(program, now, before).outcome is Outcome.PASS, behaviour.id
        assert [(s.mark, s.step, s.value.kind) for s in now.seen] == [
            (s.mark, s.step, s.value.kind) for s in before.seen
        ]


def test_without_pytorch_the_spec_is_answered_all_the_same() -> None:
    """An interpreter without PyTorch has an answer to every behaviour."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False
    )
    assert done.stdout == f"{len(SPEC)}\n", done.stderr


def test_another_seed_is_asked_of_pytorch() -> None:
    """Other data have no recorded answer, so PyTorch itself is opened; so it is on demand."""
    assert open_reference("recorded", 0).answers == "recorded"
    assert open_reference("recorded", 1).answers == "live"
    assert open_reference("live", 0).answers == "live"


def test_a_program_that_was_not_recorded_is_asked_of_pytorch(tmp_path: Path, live: Live) -> None:
    """A changed behaviour has another digest, and never gets the old answer."""
    behaviour, other = SPEC.behaviours[:2]
    program = behaviour.program()
    text = recording("one", [(behaviour.id, program, live.expected(program))])
    (tmp_path / "one.json").write_text(text, encoding="utf-8")
    recorded = Recorded(tmp_path)
    assert len(recorded) == 1
    assert recorded.expected(program) == live.expected(program)
    assert recorded.expected(other.program()) == live.expected(other.program())


def test_answers_of_another_pytorch_are_left_alone(tmp_path: Path, live: Live) -> None:
    """A recording speaks for the version that it names."""
    program = SPEC.behaviours[0].program()
    text = recording("one", [("one.a", program, live.expected(program))])
    (tmp_path / "one.json").write_text(text.replace("2.13.0", "2.12.0"), encoding="utf-8")
    assert len(Recorded(tmp_path)) == 0


def test_a_foreign_pytorch_does_not_fill_gaps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers of two versions are never mixed: what is not recorded is refused."""
    monkeypatch.setattr(Live, "version", "2.1.0")
    with pytest.raises(GradmarkError, match=r"2\.1\.0 is not the spec's"):
        Recorded(tmp_path).expected(SPEC.behaviours[0].program())


def test_a_recording_names_no_folder(live: Live) -> None:
    """The traceback of a program that ends by an exception stays where it was raised."""
    program = SPEC.behaviours[0].program()
    trace = live.expected(program)
    stop = Stop("raised", 1, ("RuntimeError",), "no", 'File "/home/somebody/torch.py"')
    stopped = replace(trace, stop=stop)
    assert "somebody" not in recording("one", [("one.a", program, stopped)])
