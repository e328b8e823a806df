"""PyTorch's answers as they were recorded, so that a run needs no PyTorch and waits for none.

A program's digest finds its answer, so an answer can't go stale: a program that has changed is
asked of PyTorch itself. ``python -m gradmark_reference.answers`` records them anew.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradmark.behaviour import REFERENCE_VERSION
from gradmark.errors import GradmarkError
from gradmark.graph import Graph
from gradmark.program import Program
from gradmark.session import Reference
from gradmark.trace import Trace, trace_from_wire, trace_to_wire

if TYPE_CHECKING:
    from gradmark_reference.live import Live

ANSWERS = Path(str(files("gradmark_reference") / "answers"))
SEED = 0
"""The seed whose data the recorded programs hold; every other one is asked of PyTorch."""

CHOICES = ("recorded", "live")


def open_reference(answers: str, seed: int) -> Reference:
    """Return who answers: what was recorded, or PyTorch itself where a run draws other data.

    Raises `GradmarkError` for a misspelt choice, and where PyTorch is needed and is not there.
    """
    if answers not in CHOICES:
        raise GradmarkError(
            "unknown-reference",
            f"there is no reference {answers!r}",
            hint="recorded, which needs no PyTorch, or live, which asks the one that is installed",
        )
    if answers == "recorded" and seed == SEED:
        return Recorded()
    from gradmark_reference.live import Live

    return Live()


class Recorded:
    """PyTorch's recorded answers, by program."""

    answers = "recorded"
    version = REFERENCE_VERSION
    is_the_specs = True

    def __init__(self, folder: Path = ANSWERS) -> None:
        """Read the files; an answer is rebuilt when it is asked for."""
        self._kept: dict[str, list[Any]] = {}
        self._live: Live | None = None
        for path in sorted(folder.glob("*.json")):
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["torch"] == REFERENCE_VERSION:
                self._kept.update(data["answers"])

    def __len__(self) -> int:
        """Count the answers."""
        return len(self._kept)

    def expected(self, program: Program) -> Trace:
        """Return PyTorch's trace of a program.

        Raises `GradmarkError` where nothing was recorded and the spec's PyTorch is not there.
        """
        if program.key in self._kept:
            _, header, data = self._kept[program.key]
            return trace_from_wire(header, base64.b64decode(data))
        return self._asked().expected(program)

    def diagnosed(self, program: Program, graph: Graph, step: int) -> Graph:
        """Return a program's graph with what the model saves and which gradients pass inside."""
        from gradmark_reference.diagnose import diagnosed, model_lens

        if program.key not in self._kept:
            return self._asked().diagnosed(program, graph, step)
        name, expected = "Gradmark's model", self.expected(program)
        return diagnosed(program, graph, model_lens(), name, expected, step)

    def _asked(self) -> Live:
        from gradmark_reference.live import Live

        if self._live is None:
            live = Live()
            if not live.is_the_specs:
                raise GradmarkError(
                    "foreign-reference",
                    f"no answer was recorded, and PyTorch {live.version} is not the spec's",
                    hint=f"pip install torch=={REFERENCE_VERSION}",
                )
            self._live = live
        return self._live


def recording(chapter: str, answers: Iterable[tuple[str, Program, Trace]]) -> str:
    """Write a chapter's answers as a file: a line for each, sorted by behaviour."""
    lines = []
    for identity, program, trace in sorted(answers, key=lambda each: each[0]):
        header, data = trace_to_wire(_portable(trace))
        kept = [identity, header, base64.b64encode(data).decode()]
        lines.append(f"{json.dumps(program.key)}: {json.dumps(kept, ensure_ascii=False)}")
    held = ",\n".join(lines)
    about = f'"chapter": {json.dumps(chapter)}, "torch": {json.dumps(REFERENCE_VERSION)}'
    return f'{{{about}, "answers": {{\n{held}\n}}}}\n'


def _portable(trace: Trace) -> Trace:
    """Leave out what names the machine on which the answer was recorded."""
    return trace if trace.stop is None else replace(trace, stop=replace(trace.stop, traceback=""))
