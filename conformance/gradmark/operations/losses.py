"""Losses, in all the ways in which they are averaged."""

from __future__ import annotations

from gradmark.operations.table import ANY, UNIT, Call, Case, Domain, Operation

_M = (2, 3)
_PAIR = (_M, _M)
Shape = tuple[int, ...]


def _loss(  # noqa: PLR0913 - a row of the table
    name: str,
    noun: str,
    call: Call,
    rule: str,
    shapes: tuple[Shape, ...],
    title: str,
    why: str,
    mistake: str,
    *,
    domains: tuple[Domain, ...] = (),
    cases: tuple[Case, ...] = (),
    also: tuple[str, ...] = ("float64",),
) -> Operation:
    base = Case("", shapes, (), title, why, mistake, after=("operators.mean-grad",))
    return Operation(
        name, "loss", "torch", call, rule, shapes, (), base,
        cases=cases, domains=domains, also=also, noun=noun,
    )  # fmt: skip


OPERATIONS = (
    _loss(
        "mse-loss",
        "mse_loss",
        lambda lib, a, b: lib.nn.functional.mse_loss(a, b),
        "2·(a - b)/n",
        _PAIR,
        "mse_loss hands back twice the error over the number of elements",
        "The mean of the squared errors has the slope 2·(a - b)/n, and the target its negative.",
        "The division by n is forgotten, or is by the number of rows.",
        cases=(
            Case(
                "sum",
                _PAIR,
                (),
                "mse_loss with reduction sum does not divide",
                "reduction='sum' adds the squared errors up.",
                "The value is a sum, but its gradient is still divided.",
                call=lambda lib, a, b: lib.nn.functional.mse_loss(a, b, reduction="sum"),
            ),
            Case(
                "none",
                _PAIR,
                _M,
                "mse_loss without reduction keeps each squared error",
                "reduction='none' returns a loss for each element, weighted by what arrives.",
                "The incoming gradients are averaged before they are used.",
                call=lambda lib, a, b: lib.nn.functional.mse_loss(a, b, reduction="none"),
            ),
        ),
    ),
    _loss(
        "l1-loss",
        "l1_loss",
        lambda lib, a, b: lib.nn.functional.l1_loss(a, b),
        "the error's sign over n",
        _PAIR,
        "l1_loss hands back the error's sign over the number of elements",
        "The size of the error does not matter to the slope, only its direction.",
        "The error itself comes back, as for the squared loss.",
    ),
    _loss(
        "smooth-l1-loss",
        "smooth_l1_loss",
        lambda lib, a, b: lib.nn.functional.smooth_l1_loss(a * 2, b),
        "the error, cut off at one",
        _PAIR,
        "smooth_l1_loss is square near zero and straight further out",
        "Errors below 1 count by half their square, larger ones by their size less a half: the "
        "slope is the error, cut off at 1.",
        "The slope jumps at 1 because the half is forgotten.",
    ),
    _loss(
        "cross-entropy",
        "cross_entropy",
        lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([2, 0])),
        "(softmax - target)/n",
        (_M,),
        "cross_entropy hands back softmax minus the target over the rows",
        "The slope of the mean over two rows is (softmax(x) - one-hot target)/2.",
        "The division is by the number of elements instead of rows.",
        cases=(
            Case(
                "sum",
                (_M,),
                (),
                "cross_entropy with reduction sum does not divide",
                "reduction='sum' adds up the losses of the rows.",
                "The sum's gradient is divided as the mean's is.",
                call=lambda lib, x: lib.nn.functional.cross_entropy(
                    x, lib.tensor([2, 0]), reduction="sum"
                ),
            ),
            Case(
                "ignored-row",
                (_M,),
                (),
                "cross_entropy leaves out rows with the target -100",
                "-100 marks a row that does not count: it gets 0, and the mean is over the rest.",
                "The row is left out of the sum but counted in the mean.",
                call=lambda lib, x: lib.nn.functional.cross_entropy(x, lib.tensor([-100, 1])),
            ),
        ),
        domains=(ANY,),
    ),
    _loss(
        "nll-loss",
        "nll_loss",
        lambda lib, x: lib.nn.functional.nll_loss(x, lib.tensor([1, 2])),
        "-1/n at the target",
        (_M,),
        "nll_loss hands minus one over the rows to each target",
        "It picks one element of each row and takes the mean with a minus; all others get 0.",
        "softmax is applied once more, although the input holds logarithms already.",
    ),
    _loss(
        "binary-cross-entropy",
        "binary_cross_entropy",
        lambda lib, x: lib.nn.functional.binary_cross_entropy(
            x, lib.tensor([[1.0, 0.0, 0.25], [0.5, 1.0, 0.0]])
        ),
        "(x - t)/(x·(1 - x)·n)",
        (_M,),
        "binary_cross_entropy weighs both outcomes of each element",
        "-(t·log(x) + (1 - t)·log(1 - x)) has the slope (x - t)/(x·(1 - x)), averaged.",
        "The second term is left out, so that targets of 0 teach nothing.",
        domains=(UNIT,),
        also=(),
    ),
    _loss(
        "bce-with-logits",
        "binary_cross_entropy_with_logits",
        lambda lib, x: lib.nn.functional.binary_cross_entropy_with_logits(
            x, lib.tensor([[1.0, 0.0, 0.25], [0.5, 1.0, 0.0]])
        ),
        "(sigmoid - t)/n",
        (_M,),
        "bce_with_logits hands back sigmoid minus the target",
        "Sigmoid and logarithm cancel out: the slope is (sigmoid(x) - t)/n.",
        "The slope of sigmoid is multiplied in a second time.",
        also=(),
        cases=(
            Case(
                "large",
                (_M,),
                (),
                "bce_with_logits of large logits stays finite",
                "At logits of some hundreds sigmoid is 0 or 1 to the last digit; the loss is "
                "about the logit itself.",
                "log(sigmoid(x)) is computed in two steps and becomes minus infinity.",
                call=lambda lib, x: lib.nn.functional.binary_cross_entropy_with_logits(
                    x * 200, lib.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
                ),
            ),
        ),
    ),
)
