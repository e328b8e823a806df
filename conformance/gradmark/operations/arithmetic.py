"""Operations between two operands, of one shape and broadcast in every direction."""

from __future__ import annotations

from gradmark.operations.table import ANY, POSITIVE, Call, Case, Domain, Operation

_MATRIX = (2, 3)
_BOTH = (_MATRIX, _MATRIX)


def _directions(noun: str, left: str, right: str) -> tuple[Case, ...]:
    """Return the cases of broadcasting; ``left`` and ``right`` say what each operand is handed."""
    return (
        Case(
            "broadcast-row",
            (_MATRIX, (3,)),
            _MATRIX,
            f"{noun.capitalize()} of a matrix and a row sums the row's gradient",
            "The row is used once in each row of the matrix, so its gradient is the sum over the "
            f"rows of {right}.",
            f"In {noun}, the row is handed a gradient in the shape of the matrix.",
        ),
        Case(
            "broadcast-row-left",
            ((3,), _MATRIX),
            _MATRIX,
            f"{noun.capitalize()} of a row and a matrix sums the row's gradient",
            f"Which side of {noun} is stretched makes no difference: the row on the left "
            f"collects {left}, summed over the rows.",
            f"In {noun}, only the right operand is reduced to its own shape.",
        ),
        Case(
            "broadcast-column",
            (_MATRIX, (2, 1)),
            _MATRIX,
            f"{noun.capitalize()} of a matrix and a column sums along the rows",
            "A column of shape (2, 1) is stretched sideways, so its gradient is "
            f"{right}, summed along each row and kept as a column.",
            f"In {noun}, the sum is over the leading axis only, or the axis of length 1 is lost.",
        ),
        Case(
            "broadcast-column-left",
            ((2, 1), _MATRIX),
            _MATRIX,
            f"{noun.capitalize()} of a column and a matrix sums along the rows",
            f"With the column on the left of the {noun} it collects {left}, summed along each row "
            "and kept as a column.",
            f"In {noun}, an axis of length 1 on the left is taken for one that is not there.",
        ),
        Case(
            "broadcast-outer",
            ((2, 1), (1, 3)),
            _MATRIX,
            f"{noun.capitalize()} of a column and a row stretches both",
            f"Neither operand of this {noun} has the result's shape. The column is handed "
            f"{left}, the row {right}, each summed along the axis that it lacks.",
            f"In {noun}, the operand with the smaller shape is reduced, and here that is both.",
        ),
        Case(
            "broadcast-number",
            ((), _MATRIX),
            _MATRIX,
            f"{noun.capitalize()} of one number and a matrix sums over all elements",
            f"A tensor without axes takes part in every element of the {noun}, so {left} is "
            "summed to one number.",
            f"In {noun}, the number is handed a gradient with the axes of the matrix.",
        ),
        Case(
            "broadcast-number-right",
            (_MATRIX, ()),
            _MATRIX,
            f"{noun.capitalize()} of a matrix and one number sums over all elements",
            f"On the right of the {noun} stands a tensor without axes, no plain number: it "
            f"collects {right}, summed over everything.",
            f"In {noun}, a tensor without axes is read as a constant and is given nothing.",
        ),
        Case(
            "broadcast-one-element",
            ((3,), (1,)),
            (3,),
            f"{noun.capitalize()} of a vector and one element sums to shape (1,)",
            f"A single element in an axis of its own is stretched along it. It collects {right}, "
            "and the gradient keeps that axis.",
            f"In {noun}, the gradient of a single element loses its axis and becomes a bare "
            "number.",
        ),
        Case(
            "broadcast-three-axes",
            ((2, 1, 3), (4, 1)),
            (2, 4, 3),
            f"{noun.capitalize()} of three axes and two stretches both",
            f"(2, 1, 3) and (4, 1) meet in (2, 4, 3): the left operand of the {noun} lacks the "
            "middle axis, the right one the first and the last, and each sums over what it lacks.",
            f"In {noun}, an axis that is missing and one of length 1 are not both reduced.",
            profile="torch",
        ),
        Case(
            "broadcast-zero-size",
            ((0, 3), (1, 3)),
            (0, 3),
            f"{noun.capitalize()} of a row and an empty batch hands the row zeros",
            f"A row that meets no rows takes part in nothing: the {noun} hands it a sum over no "
            "terms, which is 0 in the row's own shape and not None.",
            f"In {noun}, a sum over nothing is skipped, and the row's gradient is empty or None.",
            profile="torch",
            after=("operations.sum-zero-size",),
            beside=True,
        ),
    )


def _arithmetic(name: str, noun: str, call: Call, left: str, right: str) -> Operation:
    return Operation(
        name,
        "arithmetic",
        "tensor",
        call,
        f"{left} or {right}",
        _BOTH,
        _MATRIX,
        f"operators.{name}-grad",
        cases=_directions(noun, left, right),
        also=("strided", "float64"),
        noun=noun,
    )


def _same(title: str, why: str, mistake: str) -> Case:
    return Case("", _BOTH, _MATRIX, title, why, mistake)


_POW = Operation(
    "pow",
    "arithmetic",
    "tensor",
    lambda _, x: x**3,
    "the slope 3·x²",
    (_MATRIX,),
    _MATRIX,
    "operators.pow-grad",
    cases=(
        Case(
            "fraction",
            (_MATRIX,),
            _MATRIX,
            "a fractional power brings its exponent down",
            "x^1.5 has the slope 1.5·x^0.5, by the same rule as whole powers.",
            "The exponent is rounded to a whole number on the way back.",
            call=lambda _, x: x**1.5,
            domains=(POSITIVE,),
        ),
        Case(
            "negative",
            (_MATRIX,),
            _MATRIX,
            "a negative power has a negative slope",
            "x^-2 falls for positive x: the slope is -2·x^-3.",
            "The sign of the exponent is dropped when it is brought down.",
            call=lambda _, x: x**-2,
        ),
    ),
    also=("strided", "float64"),
    noun="a power",
)

_BELOW, _ABOUT_ONE = Domain(-2.75, -2.375), Domain(1.0, 1.125)
"""Numbers whose quotients lie between -2.75 and -2.1: no whole number is near."""


def _leftover(name: str, call: Call, rounded: str, title: str, why: str, mistake: str) -> Operation:
    return Operation(
        name,
        "arithmetic",
        "torch",
        call,
        f"what arrives, times minus the quotient {rounded}",
        _BOTH,
        _MATRIX,
        _same(title, why, mistake),
        domains=(_BELOW, _ABOUT_ONE),
    )


OPERATIONS = (
    _arithmetic(
        "add", "addition", lambda _, a, b: a + b, "what arrives", "what arrives there as well"
    ),
    _arithmetic(
        "sub",
        "subtraction",
        lambda _, a, b: a - b,
        "what arrives",
        "what arrives, negated",
    ),
    _arithmetic(
        "mul",
        "multiplication",
        lambda _, a, b: a * b,
        "what arrives times the right factor",
        "what arrives times the left factor",
    ),
    _arithmetic(
        "div",
        "division",
        lambda _, a, b: a / b,
        "what arrives over the divisor",
        "what arrives times -a/b²",
    ),
    _POW,
    Operation(
        "pow-tensor",
        "arithmetic",
        "torch",
        lambda _, a, b: a**b,
        "the slopes b·a^(b-1) and a^b·log(a)",
        _BOTH,
        _MATRIX,
        _same(
            "a power hands gradients to its base and to its exponent",
            "The base's slope is b·a^(b-1); the exponent's is a^b·log(a).",
            "The exponent is taken for a constant and is given nothing, or log(a) is forgotten.",
        ),
        cases=(
            Case(
                "of-a-number",
                (_MATRIX,),
                _MATRIX,
                "a number to the power of a tensor grows by log of the base",
                "3^x has the slope 3^x·log(3): the number is the base and x the exponent.",
                "The reflected power is computed as x^3.",
                call=lambda _, x: 3**x,
            ),
            Case(
                "broadcast-row",
                (_MATRIX, (3,)),
                _MATRIX,
                "a power with a row of exponents sums the row's gradient",
                "Each exponent serves one column, so its gradient is summed over that column.",
                "The gradient of the exponents keeps the shape of the bases.",
            ),
        ),
        domains=(POSITIVE, ANY),
        also=("float64",),
        like=_POW,
        noun="a power of tensors",
    ),
    Operation(
        "maximum",
        "arithmetic",
        "torch",
        lambda lib, a, b: lib.maximum(a, b),
        "the choice of the larger side",
        _BOTH,
        _MATRIX,
        _same(
            "maximum hands the gradient to the larger side",
            "Element by element the result follows the larger operand, so that one alone moves it.",
            "Both sides are given the gradient, or the smaller one is.",
        ),
        cases=(
            Case(
                "broadcast-row",
                (_MATRIX, (3,)),
                _MATRIX,
                "maximum of a matrix and a row sums what the row won",
                "The row competes in every row of the matrix and collects the gradients of the "
                "places it has won.",
                "The row is given the gradient of one row of the matrix only.",
            ),
        ),
        also=("float64",),
    ),
    Operation(
        "minimum",
        "arithmetic",
        "torch",
        lambda lib, a, b: lib.minimum(a, b),
        "the choice of the smaller side",
        _BOTH,
        _MATRIX,
        _same(
            "minimum hands the gradient to the smaller side",
            "Element by element the result follows the smaller operand, so that one alone moves "
            "it.",
            "minimum reuses maximum's backward and pays the larger side.",
        ),
        also=("float64",),
    ),
    Operation(
        "where",
        "arithmetic",
        "torch",
        lambda lib, a, b: lib.where(lib.tensor([[True, False, True], [False, False, True]]), a, b),
        "the condition's choice",
        _BOTH,
        _MATRIX,
        _same(
            "where hands each gradient to the side that was chosen",
            "The condition decides element by element which operand moves the result.",
            "Both sides are given the whole gradient, or the condition is turned round.",
        ),
        cases=(
            Case(
                "broadcast-number",
                (_MATRIX, ()),
                _MATRIX,
                "where with one number sums what the number was chosen for",
                "One number fills every place where the condition is false, and collects the "
                "gradients of all these places.",
                "The number is given a gradient in the shape of the condition.",
            ),
        ),
        also=("strided", "float64"),
    ),
    _leftover(
        "fmod",
        lambda _, a, b: a.fmod(b),
        "cut off",
        "fmod hands its divisor minus the quotient, cut off",
        "fmod(a, b) is a - b·n, where n is a/b without its fraction: a has the slope 1, and b has "
        "-n. For negative a, n is rounded towards zero.",
        "The divisor is taken for a constant, or its quotient is rounded down.",
    ),
    _leftover(
        "remainder",
        lambda _, a, b: a.remainder(b),
        "rounded down",
        "remainder hands its divisor minus the quotient, rounded down",
        "Python's % rounds the quotient down, which differs from cutting it off where a is "
        "negative. The slopes are 1 and minus that whole number.",
        "fmod is used for it, which rounds towards zero.",
    ),
)
