"""Questions are prepared ahead, in the order that is expected, and any guess may be wrong."""

from __future__ import annotations

from gradmark.behaviour import Behaviour, Level, Spec
from gradmark.program import Program
from gradmark.questions import AHEAD, Questions
from gradmark.session import Answer, BackendInfo, Session
from gradmark.trace import Seen, Trace, Value
from gradmark.verdict import Outcome

ONE = Value("text", text="right")


def made(identity: str) -> Behaviour:
    def body(lib):
        if identity.endswith("broken"):
            raise RuntimeError("never recorded")
        lib.observe("value", getattr(lib, identity[2:])())

    return Behaviour(identity, "X does Y", Level.MUST, "tensor", body)


def spec_of(*names: str) -> Spec:
    return Spec(tuple(made(f"a.{name}") for name in names))


class Reference:
    """Says what it was asked, besides answering."""

    answers, version, is_the_specs = "live", "0", True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def expected(self, program: Program) -> Trace:
        self.asked.append(program.steps[0].name)
        return Trace(
            tuple(Seen(s.mark, s.number, ONE) for s in program.steps if s.mark is not None)
        )


def test_what_is_expected_is_prepared_in_its_order():
    """Each preparation takes the next one that is not settled; what was prepared is not redone."""
    spec, reference = spec_of("x", "y", "z"), Reference()
    questions = Questions(spec, reference, 0, {"a.y"})
    assert not questions.prepare()
    questions.expect(["a.x", "a.nothing", "a.y", "a.z"])
    assert questions.prepare()
    assert questions.prepare()
    assert not questions.prepare()
    prepared = questions.of(spec.get("a.x"))
    assert prepared.program is spec.get("a.x").program()
    assert questions.next() is spec.get("a.z").program()
    assert reference.asked == ["x", "z"]
    assert questions.of(spec.get("a.y")).program is spec.get("a.y").program()


def test_no_more_is_prepared_than_is_kept():
    """A library that never answers makes nobody record for ever."""
    spec = spec_of(*(f"x{n}" for n in range(AHEAD + 5)))
    questions = Questions(spec, Reference(), 0, ())
    questions.expect(b.id for b in spec)
    assert sum(questions.prepare() for _ in range(AHEAD + 5)) == AHEAD


class Beside:
    """A library that works beside its host: it prepares while it waits, and can begin early."""

    info = BackendInfo("fake")
    meanwhile = None

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.log: list[tuple[str, bool]] = []

    def begin(self, program: Program) -> None:
        self.begun.append(program.steps[0].name)

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        assert self.meanwhile is not None
        self.meanwhile()
        name = program.steps[0].name
        self.log.append((name, bool(self.begun) and self.begun[-1] == name))
        seen = tuple(Seen(s.mark, s.number, ONE) for s in program.steps if s.mark is not None)
        return Answer(Trace(seen))

    def close(self) -> None:
        """Nothing to let go of."""


def test_what_comes_next_is_begun_before_it_is_asked():
    """Every program but the first was sent ahead, each once and in the order of the run."""
    spec, backend = spec_of("x", "y", "z"), Beside()
    found = Session(spec, backend, Reference())
    assert [v.outcome for v in found.run()] == [Outcome.PASS] * 3
    assert [early for _, early in backend.log] == [False, True, True]
    assert backend.begun == ["y", "z"]


def test_what_cant_be_recorded_is_told_at_its_turn():
    """A body that raises spoils neither the one before it nor the one after."""
    spec, backend = spec_of("x", "broken", "z"), Beside()
    verdicts = list(Session(spec, backend, Reference()).run())
    assert [v.outcome for v in verdicts] == [Outcome.PASS, Outcome.UNGRADED, Outcome.PASS]
    assert "never recorded" in verdicts[1].detail.reason


def test_a_run_in_another_order_has_the_same_verdicts():
    """Whoever asks for something else than was said gets it all the same."""
    spec, backend = spec_of("x", "y", "z"), Beside()
    found = Session(spec, backend, Reference())
    found.expect(["a.x", "a.y", "a.z"])
    asked = [found.verdict(name).outcome for name in ("a.z", "a.x", "a.y")]
    assert asked == [Outcome.PASS] * 3
    assert [name for name, _ in backend.log] == ["z", "x", "y"]
