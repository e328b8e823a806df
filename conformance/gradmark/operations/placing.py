"""Operations that put elements into places: beside zeros, over others, or on top of them."""

from __future__ import annotations

from gradmark.operations.table import Call, Case, Operation

_M = (2, 3)
Shape = tuple[int, ...]


def _places(  # noqa: PLR0913 - a row of the table
    name: str,
    call: Call,
    shapes: tuple[Shape, ...],
    out: Shape,
    title: str,
    why: str,
    mistake: str,
    *,
    cases: tuple[Case, ...] = (),
    also: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> Operation:
    base = Case("", shapes, out, title, why, mistake, after=after)
    return Operation(
        name, "placing", "torch", call, "what arrives there", shapes, out, base,
        cases=cases, also=also,
    )  # fmt: skip


OPERATIONS = (
    _places(
        "pad",
        lambda lib, x: lib.nn.functional.pad(x, (1, 2)),
        (_M,),
        (2, 6),
        "pad cuts the gradient of its margin off",
        "One column of zeros is put in front and two behind; they are constants, and only what "
        "lies between them came from x.",
        "The first columns of the gradient are taken, as if nothing had been put in front.",
        cases=(
            Case(
                "two-dims",
                (_M,),
                (5, 4),
                "pad counts its pairs from the last axis",
                "(0, 1, 2, 1) is one column behind, and then two rows in front and one behind.",
                "The pairs are counted from the first axis.",
                call=lambda lib, x: lib.nn.functional.pad(x, (0, 1, 2, 1)),
            ),
        ),
        also=("float64",),
    ),
    _places(
        "scatter",
        lambda lib, a, b: a.scatter(1, lib.tensor([[2, 0], [1, 2]]), b),
        (_M, (2, 2)),
        _M,
        "scatter takes the gradient from what it has written over",
        "In each row two elements are replaced: their gradients go to what stands there now, and "
        "the elements that were replaced get 0.",
        "Both operands are given the gradient at the places that were written.",
    ),
    _places(
        "scatter-add",
        lambda lib, a, b: a.scatter_add(1, lib.tensor([[0, 0], [2, 1]]), b),
        (_M, (2, 2)),
        _M,
        "scatter_add pays what was there and all that came on top",
        "Two elements go to one place and add up with what it held; each has the slope 1.",
        "A place that was written twice pays the last one only, or shares its gradient.",
    ),
    _places(
        "index-add",
        lambda lib, a, b: a.index_add(0, lib.tensor([1, 1, 0]), b),
        (_M, (3, 3)),
        _M,
        "index_add hands each added row the gradient of its place",
        "The first two rows are both added to row 1 and the third to row 0: gradients are read "
        "from where the rows went.",
        "The rows are paid in their own order, whatever the places say.",
    ),
    _places(
        "embedding",
        lambda lib, x: lib.nn.functional.embedding(lib.tensor([2, 0, 2]), x),
        ((4, 3),),
        (3, 3),
        "embedding adds up what a row is owed by all its uses",
        "A word that stands twice in a text has its row read twice; rows of other words get 0.",
        "A word that occurs twice keeps the gradient of its last use only.",
    ),
    _places(
        "repeat-interleave",
        lambda _, x: x.repeat_interleave(2, 1),
        (_M,),
        (2, 6),
        "repeat_interleave sums the gradients of neighbours",
        "Each element stands twice next to itself, so two neighbouring gradients belong to it.",
        "Copies are taken to lie one row's length apart, as repeat places them.",
    ),
    _places(
        "trace",
        lambda _, x: x.trace(),
        ((3, 3),),
        (),
        "trace pays the diagonal and nothing beside it",
        "The trace is the sum of the diagonal, so each element on it has the slope 1.",
        "All elements are given the gradient, and not those of the diagonal alone.",
    ),
    _places(
        "movedim",
        lambda _, x: x.movedim(0, 2),
        ((2, 3, 4),),
        (3, 4, 2),
        "movedim moves the gradient's axis back to where it was",
        "The first axis becomes the last and the others move up; going back is another move than "
        "going there, as there are three axes.",
        "The same move is made a second time, which brings only two axes back.",
    ),
)
