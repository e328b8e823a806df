"""The ``lib`` of a behaviour: the library's names, and the words of the language itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import prod
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

from gradmark.blocks import Block, Thrown
from gradmark.errors import Unfaithful
from gradmark.program import Alternative, Items, Mark, Operand, Pairs, Ref, Symbol
from gradmark.recorded import Named, Recorded
from gradmark.varied import other_number, other_numbers

if TYPE_CHECKING:
    from gradmark.recorder import Recorder

HOST = frozenset("weakref alive collect copy deepcopy thread".split())
"""What `lib.host` offers besides ``numpy``."""


class Library:
    """What a behaviour's body is given: ``lib.ones(3)`` is a call of the library's ``ones``."""

    _recorder: Recorder

    def __init__(self, recorder: Recorder) -> None:
        object.__setattr__(self, "_recorder", recorder)

    def __getattr__(self, name: str) -> Named:
        """Return a name of the library, to be called or used as a value."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(self._recorder, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse to write into the library: it would stay written."""
        raise Unfaithful(f"`lib.{name} = …`", self._recorder.where(), "a function of the library")

    def __delattr__(self, name: str) -> None:
        """Refuse to take a name out of the library."""
        raise Unfaithful(f"`del lib.{name}`", self._recorder.where(), "a body without it")

    @property
    def host(self) -> Host:
        """Return what Python itself does inside the worker: weakref, gc, copy, thread, numpy."""
        return Host(self._recorder)

    def observe(
        self,
        label: str,
        value: Any,
        *,
        accept: Sequence[Alternative] = (),
        rtol: float | None = None,
        atol: float | None = None,
        signed_zero: bool = False,
        exact_shape: bool = False,
    ) -> None:
        """Record what the behaviour is about.

        ``accept`` names other outcomes that are right (*lenient*). ``rtol`` and ``atol`` replace
        the tolerance of the dtype. ``signed_zero`` makes the sign of a zero count, ``exact_shape``
        the rank of a scalar.
        """
        mark = Mark(
            label,
            accept=tuple(accept),
            rtol=rtol,
            atol=atol,
            signed_zero=signed_zero,
            exact_shape=exact_shape,
        )
        self._observe(mark, value)

    def control(
        self, owner: str, value: Any, *, label: str = "", accept: Sequence[Alternative] = ()
    ) -> None:
        """Record what must already work for the question to make sense, owned by a behaviour.

        ``accept`` names what the owner accepts as well; whoever answers so is marked down there.
        """
        known = {mark.label for mark in self._recorder.marks}
        wanted, number = label or f"control: {owner}", 2
        while wanted in known:
            wanted, number = f"{label or f'control: {owner}'} ({number})", number + 1
        self._observe(Mark(wanted, owner=owner, accept=tuple(accept)), value)

    def _observe(self, mark: Mark, value: Any) -> None:
        recorder = self._recorder
        step = recorder.add("observe", "", (value,), mark=recorder.mark(mark))
        if not is_the_librarys(step.args[0]):
            raise Unfaithful(
                f"an observation of a plain {type(value).__name__}",
                recorder.where(),
                "a value that the library has made",
            )

    def raises(
        self,
        label: str,
        *,
        instead: dict[str, Alternative] | None = None,
        accept: Sequence[Alternative] = (),
        or_earlier: bool = False,
        message: str = "",
    ) -> Block:
        """Record that the last step of the block is refused, and how.

        ``instead`` maps labels observed inside the block to right answers: a library that does not
        refuse and gives them is *lenient*. ``or_earlier`` accepts a refusal by an earlier step of
        the block. ``message`` is a part of PyTorch's message that must be there, at level *detail*.
        """
        mark = Mark(
            label,
            accept=tuple(accept),
            instead=tuple((instead or {}).items()),
            or_earlier=or_earlier,
            message=message,
        )
        return Block(self._recorder, "raises", mark=self._recorder.mark(mark))

    def warns(self, label: str) -> Block:
        """Record the warnings that the block gives."""
        return Block(self._recorder, "warns", mark=self._recorder.mark(Mark(label)))

    def caught(self) -> Block:
        """Catch what `throw` raises inside the block."""
        return Block(self._recorder, "caught")

    def throw(self) -> NoReturn:
        """Raise an exception of the program's own: the blocks around it are left by it."""
        self._recorder.add("throw", "")
        raise Thrown

    def kind(self, value: Any) -> Recorded:
        """Ask what a value is: tensor, bool, int, float, ndarray, sequence, none, text, object."""
        return self._recorder.value("probe", "kind", (value,))

    def same(self, left: Any, right: Any) -> Recorded:
        """Ask whether two values are one object."""
        return self._recorder.value("probe", "same", (left, right))

    def has(self, value: Any, name: str) -> Recorded:
        """Ask whether a value has an attribute."""
        return self._recorder.value("probe", "has", (value, name))

    def dtype(self, value: Any) -> Recorded:
        """Ask for the dtype's plain name: float32, int64, bool."""
        return self._recorder.value("probe", "dtype", (value,))

    def shape(self, value: Any) -> Recorded:
        """Ask for the shape, as a sequence of whole numbers."""
        return self._recorder.value("probe", "shape", (value,))

    def length(self, value: Any) -> Recorded:
        """Ask for ``len(value)``."""
        return self._recorder.value("probe", "length", (value,))

    def text(self, value: Any) -> Recorded:
        """Ask for ``str(value)``, cut to a limit."""
        return self._recorder.value("probe", "text", (value,))

    def unpack(self, value: Any, count: int) -> list[Recorded]:
        """Take a sequence of a known length apart."""
        if type(count) is not int or count < 1:
            raise Unfaithful("a sequence of unknown length", self._recorder.where(), "a number")
        outs = tuple(self._recorder.fresh() for _ in range(count))
        self._recorder.add("unpack", str(count), (value,), outs=outs)
        return [Recorded(self._recorder, slot) for slot in outs]

    def delete(self, value: Recorded) -> None:
        """Let go of a value now; using it afterwards is refused."""
        reference = self._recorder.operand(value)
        object.__setattr__(value, "_gm_deleted", True)
        self._recorder.emit("release", "delete", args=(reference,))

    def repeat(self, count: int, function: Callable[[Any], Any], start: Any) -> Recorded:
        """Apply a function of one value again and again, as one step."""
        if type(count) is not int or count < 0:
            raise Unfaithful("a repetition that is not counted", self._recorder.where(), "a number")
        return self._recorder.value("repeat", str(count), (function, start))

    def subclass(self, name: str, base: Named, **methods: Callable[..., Any]) -> Recorded:
        """Derive a class from one of the library's, its functions as static methods."""
        if not all(isinstance(method, FunctionType) for method in methods.values()):
            raise Unfaithful("a method that is no function", self._recorder.where(), "a function")
        return self._recorder.value("subclass", name, (base,), methods)

    def draw(
        self,
        *shape: int,
        low: float = -2.0,
        high: float = 2.0,
        away: Sequence[float] = (0.0,),
        gap: float = 0.25,
    ) -> Any:
        """Draw plain numbers from the run's seed: a float, or lists nested to the shape.

        Every number is a multiple of 1/64, exact in float32, differs from all others drawn in the
        same call where the range allows it, and keeps ``gap`` away from the special points.
        """
        self._recorder.draws = True
        points = _points(low, high, tuple(away), gap)
        count = prod(shape)
        if not points:
            raise Unfaithful("a draw from nothing", self._recorder.where(), "a wider range")
        pool: list[float] = []
        while len(pool) < count:
            # random() is the one method whose numbers are promised to stay the same.
            keys = [self._recorder.random.random() for _ in points]
            pool += [point for _, point in sorted(zip(keys, points, strict=True))]
        numbers = iter(pool[:count])

        def nest(sides: tuple[int, ...]) -> Any:
            return [nest(sides[1:]) for _ in range(sides[0])] if sides else next(numbers)

        return nest(shape)

    def example(self, *numbers: float) -> list[float]:
        """Return worked numbers: as they are written at seed 0, and varied at any other one.

        This is for bodies that reckon with them; all other numbers vary without being asked.
        """
        if not self._recorder.is_varied:
            return list(numbers)
        self._recorder.draws = True
        others = other_numbers(numbers, self._recorder.random)
        return [other_number(number, others) for number in numbers]


@lru_cache(64)
def _points(low: float, high: float, away: tuple[float, ...], gap: float) -> tuple[float, ...]:
    """Return the multiples of 1/64 in a range that keep away from some points."""
    all_of_them = (n / 64 for n in range(round(low * 64), round(high * 64) + 1))
    return tuple(x for x in all_of_them if all(abs(x - point) >= gap for point in away))


class Host:
    """What Python does inside the worker, beside the library."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @property
    def numpy(self) -> HostName:
        """Return the worker's NumPy; without one there the program is *missing* it."""
        return HostName(self._recorder, "numpy")

    def __getattr__(self, name: str) -> HostName:
        """Return one of the functions in `HOST`."""
        if name not in HOST:
            raise Unfaithful(
                f"lib.host.{name}",
                self._recorder.where(),
                f"one of {', '.join(sorted(HOST))}, numpy",
            )
        return HostName(self._recorder, name)


class HostName(Named):
    """A function of the worker's Python or NumPy."""

    __slots__ = ()
    _gm_is_the_librarys = False

    def __getattr__(self, name: str) -> HostName:
        """Return a name below this one."""
        if name.startswith("__"):
            raise AttributeError(name)
        return HostName(self._gm_recorder, f"{self._gm_path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Recorded:
        """Record the call."""
        return self._gm_recorder.value("host", self._gm_path, args, kwargs)


def is_the_librarys(value: Operand) -> bool:
    """Say whether an operand holds anything that the library has made or named."""
    match value:
        case Ref() | Symbol():
            return True
        case Items(items=items):
            return any(is_the_librarys(item) for item in items)
        case Pairs(items=items):
            return any(is_the_librarys(item) for pair in items for item in pair)
    return False


def alternative(name: str, value: Any = None, *, predicate: str = "") -> Alternative:
    """Name another right outcome: a value of plain numbers, or a predicate of the judge's."""

    def freeze(item: Any) -> Any:
        if isinstance(item, (list, tuple)):
            return Items("list", tuple(freeze(i) for i in item))
        return item

    return Alternative(name, freeze(value), predicate)
