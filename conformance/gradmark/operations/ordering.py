"""Operations that put elements in order: a result's gradient goes back to where it came from."""

from __future__ import annotations

from gradmark.operations.table import Call, Case, Operation

_M = (2, 3)
Shape = tuple[int, ...]


def _orders(
    name: str,
    call: Call,
    out: Shape,
    title: str,
    why: str,
    mistake: str,
    *,
    cases: tuple[Case, ...] = (),
    also: tuple[str, ...] = (),
) -> Operation:
    base = Case("", (_M,), out, title, why, mistake)
    return Operation(
        name, "ordering", "torch", call, "the place that it was read from", (_M,), out, base,
        cases=cases, also=also,
    )  # fmt: skip


OPERATIONS = (
    _orders(
        "sort",
        lambda lib, x: lib.unpack(x.sort(1), 2)[0],
        _M,
        "sort hands each gradient back to where its element came from",
        "sort returns values and places. Sorting moves elements and changes none, so the way back "
        "puts the gradients in the old order.",
        "The gradients come back in sorted order, or are put in that order a second time.",
        cases=(
            Case(
                "descending",
                (_M,),
                _M,
                "sort downwards along the first axis goes back by columns",
                "With descending=True the largest of each column comes first; the places say where "
                "it was.",
                "The values are turned round after sorting, and the places are not.",
                call=lambda lib, x: lib.unpack(x.sort(0, descending=True), 2)[0],
            ),
        ),
        also=("strided",),
    ),
    _orders(
        "topk",
        lambda lib, x: lib.unpack(x.topk(2, 1), 2)[0],
        (2, 2),
        "topk pays the largest elements of each row",
        "The two largest of three are returned, the largest first; the third had no part in it.",
        "What is paid is the first two places of the row, not the two largest elements.",
        cases=(
            Case(
                "smallest",
                (_M,),
                (1, 3),
                "topk with largest=False pays the smallest of each column",
                "The flag turns the order round, forward and backward.",
                "The flag is forgotten on the way back, so that the largest are paid.",
                call=lambda lib, x: lib.unpack(x.topk(1, 0, largest=False), 2)[0],
            ),
        ),
    ),
    _orders(
        "median",
        lambda _, x: x.median(),
        (),
        "median of an even number pays the lower one of the middle",
        "Of six numbers in order PyTorch returns the third, where NumPy has the mean of the third "
        "and the fourth. That one element gets the gradient.",
        "The two in the middle get half each, which is the slope of another median.",
        cases=(
            Case(
                "dim",
                (_M,),
                (2,),
                "median along an axis pays the middle one of each row",
                "Like max along an axis it returns values and places; a row of three has one "
                "element in the middle.",
                "The middle place of the row is paid, whatever stands there.",
                call=lambda lib, x: lib.unpack(x.median(1), 2)[0],
            ),
        ),
    ),
)
