"""A submission that is a table of the answers to seed 0: right there, and lost at a secret seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradmark.behaviour import Level, load_spec
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends.backend import open_backend
from gradmark_backends.graded import graded_plan
from gradmark_backends.reach import obstacle
from gradmark_backends.resolve import resolve
from gradmark_reference.live import Live

ENGINE = Path(__file__).parent / "hostile" / "engine.py"
SCALAR = load_spec().profile("scalar")
MUSTS = [b for b in SCALAR if b.level is Level.MUST]
LEVEL = max(level for level in (1, 2, 3) if not obstacle(level))

PLAYED = """

Value.tanh = right
Value.relu = lambda x: Value(max(0.0, x.data), ((x, 1.0 if x.data > 0 else 0.0),))

import json, sys

def question():
    frame = sys._getframe(2)
    while frame is not None:
        steps = frame.f_locals.get("steps")
        if type(steps) is tuple and frame.f_code.co_name == "run":
            return steps
        frame = frame.f_back
    return None

class Now:
    steps, key, reads = None, "", 0

def read(self, name, plain=object.__getattribute__):
    value = plain(self, name)
    if name not in ("data", "grad") or sys._getframe(1).f_globals is globals():
        return value
    steps = question()
    if steps is None:
        return value
    if steps is not Now.steps:
        Now.steps, Now.reads = steps, 0
        Now.key = " ".join(f"{s.op}:{s.name}" for s in steps)
    Now.reads += 1
    return answer(Now.key, Now.reads - 1, value)

Value.__getattribute__ = read
"""
"""Whoever looks from outside gets an answer by the shape of the question and its place in it."""

WRITING = """
def answer(key, place, value):
    with open({path!r}, "a") as file:
        file.write(json.dumps([key, place, value]) + "\\n")
    return value
"""
TOLD = """
TABLE = {table!r}

def answer(key, place, value):
    known = TABLE.get(key)
    if known is None:
        return value
    return known[min(place, len(known) - 1)]
"""


def outcomes(source: str, folder: Path, seed: int, level: int) -> dict[str, Outcome]:
    folder.mkdir()
    (folder / "mine.py").write_text(source, encoding="utf-8")
    plan = resolve(f"{folder / 'mine.py'}::Value", rootdir=folder, invocation_dir=folder)
    with open_backend(graded_plan(plan, []), isolation=level) as backend:
        session = Session(SCALAR, backend, Live(), seed=seed, repeats=0, graded=True)
        return {verdict.id: verdict.outcome for verdict in session.run()}


def held(found: dict[str, Outcome]) -> int:
    return sum(found[b.id].holds for b in MUSTS)


def table_in(lines: list[str]) -> dict[str, list[object]]:
    table: dict[str, list[object]] = {}
    for key, place, value in map(json.loads, lines):
        answers = table.setdefault(key, [])
        if place == len(answers):  # the first run of a question, in order
            answers.append(value)
    return table


def test_a_table_of_answers_gets_next_to_nothing_at_a_secret_seed(tmp_path: Path) -> None:
    """What passes most musts at seed 0 passes hardly any where the numbers are others."""
    pytest.importorskip("torch")
    honest = ENGINE.read_text(encoding="utf-8") + PLAYED
    written = tmp_path / "answers.jsonl"
    played = outcomes(honest + WRITING.format(path=str(written)), tmp_path / "played", 0, 1)
    table = table_in(written.read_text(encoding="utf-8").splitlines())
    told = honest + TOLD.format(table=table)
    known = outcomes(told, tmp_path / "known", 0, LEVEL)
    secret = outcomes(told, tmp_path / "secret", 271828, LEVEL)
    assert held(known) >= held(played) - 2 > len(MUSTS) * 3 // 4
    assert held(secret) < len(MUSTS) * 15 // 100
