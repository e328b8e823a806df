"""Searching: examples are drawn, asked of PyTorch and of a library, judged, and shrunk."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradmark.compare import Conventions, to_array, tolerance
from gradmark.errors import GradmarkError
from gradmark.judge import Judgement, judge
from gradmark.program import Program
from gradmark.search.moves import Move, moves_of
from gradmark.search.recipe import WAYS, Leaf, Node, Recipe, program_of
from gradmark.search.reduce import reduced
from gradmark.search.strategy import hypothesis, recipes, shapes_of
from gradmark.session import Answer, Backend, Reference
from gradmark.trace import Trace
from gradmark.verdict import LOST, Detail, Outcome

EXAMPLES = 200
"""How many examples are asked where nobody says."""

FINDINGS = 3
"""After how many findings a search ends."""

SHARE = 0.1
"""How much of a tolerance PyTorch's own float32 may use up against its float64."""

SHIFT = 1 / 3000
"""Moves the data off the multiples of 1/64, where float32 has to round from the start."""

_FIRST = ((2, 3), (3,), (2, 2), (4,), ())
"""Shapes in which a move is tried out alone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An example that a library answers otherwise than PyTorch, as small as it could be made."""

    program: Program
    outcome: Outcome
    detail: Detail
    moves: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of a search.

    ``left_out`` are the moves, shapes and ways that the library lacks; ``asked`` counts examples,
    and ``unsteady`` those whose answer rounding decides.
    """

    asked: int
    unsteady: int
    left_out: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Kit:
    """What examples are made of."""

    moves: tuple[Move, ...]
    shapes: tuple[tuple[int, ...], ...]
    ways: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def search(
    backend: Backend,
    reference: Reference,
    *,
    profile: str,
    examples: int = EXAMPLES,
    seed: int = 0,
) -> Searched:
    """Ask ``examples`` random compositions, and shrink the first that deviates.

    Where that is one move alone, it is left out and the search goes on, up to a limit. With one
    seed, one version of Hypothesis and one library the examples are the same everywhere. Raises
    `GradmarkError` where Hypothesis is missing, and where the library has nothing to search.
    """
    hypothesis()
    asking = _Asking(backend, reference)
    kit = learnt(asking, profile)
    if not kit.moves:
        lacks = ", ".join(kit.left_out)
        raise GradmarkError(
            "nothing-to-search",
            "the library lacks all that a search is made of",
            cause=f"missing: {lacks}",
            hint="gradmark smoke says whether it is the adapter or the library",
        )
    findings: list[Finding] = []
    while len(findings) < FINDINGS and kit.moves and asking.count < examples:
        asking.best = None
        _explore(asking, kit, examples, seed)
        if asking.best is None:
            break
        if not asking.is_over:
            reduced(asking.best[0], lambda recipe: bool(asking.deviates(recipe)))
        findings.append(asking.confirmed())
        recipe = asking.best[0]
        if asking.is_over or len(recipe.nodes) > 1:
            break
        kit = _without(kit, recipe)
    return Searched(asking.count, asking.unsteady, kit.left_out, tuple(findings))


def _without(kit: Kit, recipe: Recipe) -> Kit:
    """Leave out what is wrong by itself: a way of going back, or a move."""
    if recipe.way != "once":
        return replace(kit, ways=tuple(way for way in kit.ways if way != recipe.way))
    (node,) = recipe.nodes
    return replace(kit, moves=tuple(move for move in kit.moves if move.name != node.move))


class _Found(Exception):
    """Tells Hypothesis that an example deviates."""


class _Enough(BaseException):
    """Goes past Hypothesis, which would draw on, or shrink on."""


class _Asking:
    """Asks both sides, and keeps the smallest example that deviates."""

    def __init__(self, backend: Backend, reference: Reference) -> None:
        self.backend = backend
        self.reference = reference
        self.count = self.unsteady = 0
        self.best: tuple[Recipe, Judgement] | None = None

    @property
    def is_over(self) -> bool:
        """Say whether a worker was lost: shrinking would lose, and wait for, many more."""
        return self.best is not None and self.best[1].outcome in LOST

    def deviates(self, recipe: Recipe) -> bool | None:
        """Say whether an example deviates, or None where it is no fair question."""
        program = program_of(recipe)
        expected = self.reference.expected(program)
        if expected.stop is not None or not _finite(expected):
            return None
        self.count += self.best is None
        found = self._judged(program, expected)
        if found.outcome.holds or (self.best and found.outcome is not self.best[1].outcome):
            return False  # while shrinking, another kind of trouble is another finding
        if found.outcome in {Outcome.MISSING, Outcome.UNGRADED}:
            return None
        if found.outcome not in LOST and not steady(recipe, self.reference):
            self.unsteady += 1
            return None
        if self.best is None and found.outcome not in LOST:
            found = self._judged(program, expected, fresh=True)
            if found.outcome.holds:  # an earlier example left something behind
                return None
        if self.best is None or recipe.size <= self.best[0].size:
            self.best = recipe, found
        return True

    def lacks(self, recipe: Recipe) -> bool:
        """Say whether the library lacks what an example is made of."""
        program = program_of(recipe)
        expected = self.reference.expected(program)
        return expected.stop is not None or (
            self._judged(program, expected).outcome in {Outcome.MISSING, Outcome.UNGRADED}
        )

    def _judged(self, program: Program, expected: Trace, *, fresh: bool = False) -> Judgement:
        answer: Answer = self.backend.ask(program, fresh=fresh)
        if answer.lost is not None or answer.trace is None:
            reason = answer.reason
            return Judgement(
                answer.lost or Outcome.PROTOCOL, Detail(reason=reason, observed=reason)
            )
        return judge(program, expected, answer.trace, self.backend.info.conventions)

    def confirmed(self) -> Finding:
        """Return the smallest example, asked once more in a fresh worker."""
        if self.best is None:
            raise RuntimeError("nothing was found")
        recipe, found = self.best
        program, note = program_of(recipe), ""
        again = self._judged(program, self.reference.expected(program), fresh=True)
        if again.outcome.holds:
            note = "right when it was asked again in a fresh worker: differs from run to run"
        else:
            found = again
        return Finding(program, found.outcome, found.detail, len(recipe.nodes), note)


def learnt(asking: _Asking, profile: str) -> Kit:
    """Find out what a library has of a profile, each thing alone."""
    left_out: list[str] = []
    shapes = []
    for shape in shapes_of(profile):
        if asking.lacks(Recipe((Leaf(shape),), (Node("mul", (0, 0)),))):
            left_out.append(f"shape {shape}")
        else:
            shapes.append(shape)
    if not shapes:
        return Kit((), (), (), tuple(left_out))
    moves = []
    for move in moves_of(profile):
        alone = next(_alone(move, shapes), None)
        if alone is None or asking.lacks(alone):
            left_out.append(move.name)
        else:
            moves.append(move)
    ways = []
    for way in WAYS:
        two = Recipe((Leaf(shapes[0]),), (Node("mul", (0, 0)), Node("mul", (0, 0))), way)
        if way != "once" and asking.lacks(two):
            left_out.append(f"backward {way}")
        else:
            ways.append(way)
    return Kit(tuple(moves), tuple(shapes), tuple(ways), tuple(left_out))


def _alone(move: Move, shapes: Sequence[tuple[int, ...]]) -> Iterator[Recipe]:
    """Yield examples of one move alone."""
    for shape in (*(s for s in _FIRST if s in shapes), *shapes):
        for data in range(16):
            leaves = tuple(Leaf(shape, data + n) for n in range(move.operands))
            given = tuple(leaf.array for leaf in leaves)
            for params in move.choices(given[0]):
                if move.outcome(given, params) is not None:
                    yield Recipe(leaves, (Node(move.name, tuple(range(move.operands)), params),))


def steady(recipe: Recipe, reference: Reference) -> bool:
    """Say whether PyTorch's float32 agrees with its float64 within a share of the tolerance.

    It has to do so on the data as they are, and on data that float32 can't hold.
    """
    for shift in (0.0, SHIFT):
        coarse = reference.expected(program_of(recipe, shift=shift))
        fine = reference.expected(program_of(recipe, is_double=True, shift=shift))
        if coarse.stop is not None or fine.stop is not None:
            return False
        program = program_of(recipe)
        for one, other in zip(coarse.seen, fine.seen, strict=True):
            a, b = to_array(one.value), to_array(other.value)
            if a is None or b is None:
                if one.value.kind != other.value.kind:
                    return False
                continue
            rtol, atol = tolerance("float32", program.marks[one.mark], Conventions())
            if np.any(np.abs(a - b) > SHARE * (atol + rtol * np.abs(b))):
                return False
    return True


def _finite(trace: Trace) -> bool:
    arrays = [to_array(seen.value) for seen in trace.seen]
    return all(array is None or bool(np.all(np.isfinite(array))) for array in arrays)


def _explore(asking: _Asking, kit: Kit, examples: int, seed: int) -> None:
    from hypothesis import HealthCheck, Phase, Verbosity, given, reject, settings
    from hypothesis import seed as seeded
    from hypothesis.errors import HypothesisException

    def example(recipe: Recipe) -> None:
        if asking.is_over or (asking.best is None and asking.count >= examples):
            raise _Enough
        found = asking.deviates(recipe)
        if found is None:
            reject()
        if found:
            raise _Found

    quietly = settings(
        max_examples=examples - asking.count,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        suppress_health_check=tuple(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    drawn = given(recipe=recipes(kit.moves, kit.shapes, kit.ways))(example)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            seeded(seed)(quietly(drawn))()
        except (_Found, _Enough):
            return
        except HypothesisException:
            # Nothing that could be asked, or an answer that comes and goes: both are told.
            return
