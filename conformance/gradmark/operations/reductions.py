"""Operations that make fewer numbers of many: over everything, or along an axis."""

from __future__ import annotations

from gradmark.operations.table import ANY, LARGE, NEGATIVE, Call, Case, Domain, Operation

M = (2, 3)
_CUBE = (2, 3, 2)
_LAYOUTS = ("strided", "float64")


def case(  # noqa: PLR0913 - a case's own fields
    slug: str,
    out: tuple[int, ...],
    call: Call,
    title: str,
    why: str,
    mistake: str,
    *,
    shape: tuple[int, ...] = M,
    profile: str = "",
    on: str = "",
    rtol: float | None = None,
    domains: tuple[Domain, ...] = (),
) -> Case:
    """Return a case of a reduction of one operand."""
    return Case(
        slug, (shape,), out, title, why, mistake,
        profile=profile, call=call, on=on, rtol=rtol, domains=domains,
    )  # fmt: skip


def row(  # noqa: PLR0913 - a row of the table
    name: str,
    profile: str,
    call: Call,
    rule: str,
    base: Case | str,
    cases: tuple[Case, ...],
    *,
    out: tuple[int, ...] = (),
    domain: Domain = ANY,
    also: tuple[str, ...] = _LAYOUTS,
) -> Operation:
    """Return a reduction as a row of the table."""
    return Operation(
        name,
        "reduction",
        profile,
        call,
        rule,
        (M,),
        out,
        base,
        cases=cases,
        domains=(domain,),
        also=also,
    )


def base(
    title: str, why: str, mistake: str, *, out: tuple[int, ...] = (), claims: tuple[str, ...] = ()
) -> Case:
    """Return what a reduction says about itself."""
    return Case("", (M,), out, title, why, mistake, claims=claims)


OPERATIONS = (
    row(
        "sum",
        "tensor",
        lambda _, x: x.sum(),
        "what arrives at the sum",
        "operators.sum-times-weight",
        (
            case(
                "dim",
                (3,),
                lambda _, x: x.sum(0),
                "sum along an axis hands each sum's gradient back along it",
                "Every column has a sum of its own, and what arrives there goes to that column.",
                "The gradient is stretched along the other axis, or all of it to everything.",
            ),
            case(
                "last-dim",
                (2,),
                lambda _, x: x.sum(-1),
                "sum along the last axis hands gradients back by rows",
                "A negative axis counts from the end; the gradients have to be given the lost axis "
                "back before they are stretched.",
                "The vector of gradients is broadcast as a row, although it belongs to a column.",
                on="dim",
            ),
            case(
                "keepdim",
                (2, 1),
                lambda _, x: x.sum(1, keepdim=True),
                "sum with keepdim keeps the axis, and the way back knows it",
                "With keepdim the gradient arrives with the axis already there.",
                "The axis is put back a second time, or keepdim is ignored.",
                on="dim",
            ),
            case(
                "two-dims",
                (3,),
                lambda _, x: x.sum((0, 2)),
                "sum over two axes hands gradients back over both",
                "Both axes are gone from the result and have to be put back at their own places.",
                "The axes are put back one after another at places that have moved meanwhile.",
                shape=_CUBE,
                profile="torch",
                on="dim",
            ),
            case(
                "scalar",
                (),
                lambda _, x: x.sum(),
                "sum of a single number without axes is that number",
                "There is one element, which gets the whole gradient; no axis has to be put back.",
                "The code asks for axis 0, which a number without axes does not have.",
                shape=(),
                profile="torch",
            ),
        ),
        also=(*_LAYOUTS, "zero-size"),
    ),
    row(
        "mean",
        "tensor",
        lambda _, x: x.mean(),
        "1/n of what arrives",
        "operators.mean-grad",
        (
            case(
                "dim",
                (3,),
                lambda _, x: x.mean(0),
                "mean along an axis divides by that axis's length",
                "Two elements go into each mean here, so each gets half of its gradient.",
                "The gradient is divided by the number of all elements.",
            ),
            case(
                "keepdim",
                (2, 1),
                lambda _, x: x.mean(1, keepdim=True),
                "mean with keepdim keeps the axis it has averaged",
                "The result has the shape (2, 1), and so has the gradient that arrives.",
                "mean does not hand keepdim on to the sum that it is made of.",
                on="dim",
            ),
            case(
                "two-dims",
                (3,),
                lambda _, x: x.mean((0, 2)),
                "mean over two axes divides by the product of their lengths",
                "Four elements go into each mean, two along each of the axes.",
                "The count is the length of one of the axes only.",
                shape=_CUBE,
                profile="torch",
                on="dim",
            ),
        ),
    ),
    row(
        "prod",
        "torch",
        lambda _, x: x.prod(),
        "the product of all others",
        base(
            "prod hands each factor the product of all others",
            "As in a product of two, each factor's slope is everything else multiplied.",
            "The factor itself is not taken out of the product.",
        ),
        (
            case(
                "dim",
                (2,),
                lambda _, x: x.prod(1),
                "prod along an axis multiplies the others of that axis only",
                "Each row has a product of its own, and its factors share nothing with others.",
                "The product of all elements is used in each row.",
            ),
            case(
                "keepdim",
                (1, 3),
                lambda _, x: x.prod(0, keepdim=True),
                "prod with keepdim keeps the axis it has multiplied",
                "The result of shape (1, 3) keeps its place above the columns.",
                "prod takes dim but forgets keepdim.",
                on="dim",
            ),
        ),
    ),
    row(
        "max",
        "tensor",
        lambda _, x: x.max(),
        "the place of the largest element",
        base(
            "max hands its gradient to the largest element",
            "Only the largest element moves the maximum; all the others have the slope 0.",
            "All elements are given the gradient, as for a sum.",
        ),
        (
            case(
                "dim",
                (2,),
                lambda lib, x: lib.unpack(x.max(1), 2)[0],
                "max along an axis pays the largest of each row",
                "It returns values and places. The values are differentiable: each row's gradient "
                "goes to its largest element.",
                "The place within the row is taken for a place in the whole array.",
                profile="torch",
            ),
            case(
                "keepdim",
                (1, 3),
                lambda lib, x: lib.unpack(x.max(0, keepdim=True), 2)[0],
                "max with keepdim pays the largest of each column",
                "The values have the shape (1, 3), and each one pays into its own column.",
                "The kept axis is put in a second time when the gradient comes back.",
                profile="torch",
                on="dim",
            ),
        ),
    ),
    row(
        "min",
        "torch",
        lambda _, x: x.min(),
        "the place of the smallest element",
        base(
            "min hands its gradient to the smallest element",
            "Only the smallest element moves the minimum; all the others have the slope 0.",
            "min is computed as -max(-x), and one of the two signs is lost on the way back.",
        ),
        (
            case(
                "dim",
                (3,),
                lambda lib, x: lib.unpack(x.min(0), 2)[0],
                "min along an axis pays the smallest of each column",
                "Each column has a smallest element of its own, which gets that column's gradient.",
                "The smallest element of the whole array is paid for all columns.",
            ),
        ),
        also=("float64",),
    ),
    row(
        "amax",
        "torch",
        lambda _, x: x.amax(1),
        "the place of each row's largest element",
        base(
            "amax hands each row's gradient to its largest element",
            "amax is max along an axis without the places; its gradient goes to the same elements.",
            "The mask of the largest elements compares with the maximum of the whole array.",
            out=(2,),
        ),
        (),
        out=(2,),
        also=("float64",),
    ),
    row(
        "amin",
        "torch",
        lambda _, x: x.amin(0),
        "the place of each column's smallest element",
        base(
            "amin hands each column's gradient to its smallest element",
            "amin is min along an axis without the places: each column pays its smallest element.",
            "It is made of amax of the negated numbers, and one of the two signs is lost.",
            out=(3,),
        ),
        (),
        out=(3,),
        also=(),
    ),
    row(
        "var",
        "torch",
        lambda _, x: x.var(),
        "2·(x - mean)/(n - 1)",
        base(
            "var hands each element twice its distance from the mean",
            "The slope is 2·(x - mean)/(n - 1): the mean moves too, but that cancels out.",
            "The division is by n, although var divides by n - 1 unless told otherwise.",
        ),
        (
            case(
                "dim",
                (2,),
                lambda _, x: x.var(1),
                "var along an axis measures from each row's own mean",
                "Each row of three has its own mean, and n - 1 is 2.",
                "The distances are taken from the mean of all elements.",
            ),
            case(
                "population",
                (),
                lambda _, x: x.var(correction=0),
                "var with correction 0 divides by n",
                "With correction=0 it is the variance of these very numbers and not an estimate.",
                "The keyword changes the value but not the gradient.",
            ),
        ),
    ),
    row(
        "std",
        "torch",
        lambda _, x: x.std(),
        "(x - mean)/((n - 1)·std)",
        base(
            "std hands each element its distance over n - 1 times std",
            "std is the root of var, so its slope is var's slope over twice std.",
            "The slope of the root is forgotten, and var's gradient comes back.",
        ),
        (),
        also=("float64",),
    ),
    row(
        "logsumexp",
        "torch",
        lambda _, x: x.logsumexp(1),
        "the row's softmax",
        base(
            "logsumexp hands its gradient back in shares of the softmax",
            "d log(Σ exp(x))/dx is exp(x)/Σ exp(x): shares that add up to one in each row.",
            "The division by the sum is forgotten, so that exp(x) comes back.",
            out=(2,),
        ),
        (
            case(
                "keepdim",
                (1, 3),
                lambda _, x: x.logsumexp(0, keepdim=True),
                "logsumexp with keepdim keeps the axis it has summed",
                "The shares are taken within each column, and the axis stays with length 1.",
                "The shares of logsumexp are taken along the last axis whatever dim says.",
            ),
            case(
                "large",
                (2,),
                lambda _, x: x.logsumexp(1),
                "logsumexp of large numbers stays finite",
                "exp(1000) is too large for any float, but the maximum can be taken out before "
                "exp and added again afterwards: the shares stay what they are.",
                "exp is taken of the numbers as they are: infinity forward, NaN on the way back.",
                rtol=2e-3,
                domains=(LARGE,),
            ),
        ),
        out=(2,),
    ),
    row(
        "norm",
        "torch",
        lambda _, x: x.norm(),
        "x over the norm",
        base(
            "norm hands each element its share of the length",
            "The length grows in the direction of x itself: the slope is x/|x|.",
            "The gradient is x or 2x, as if the root had not been taken.",
        ),
        (
            case(
                "dim",
                (2,),
                lambda _, x: x.norm(dim=1),
                "norm along an axis measures each row by itself",
                "Each row is divided by its own length.",
                "Each row is divided by the length of the whole matrix.",
            ),
            case(
                "one",
                (2,),
                lambda _, x: x.norm(p=1, dim=1),
                "norm with p=1 hands each element its sign",
                "The 1-norm adds up absolute values, so an element counts by its sign, whatever "
                "its size.",
                "Each element is divided by the norm, as for the ordinary length.",
                on="dim",
            ),
            case(
                "infinity",
                (),
                lambda _, x: x.norm(p=float("inf")),
                "norm with p=inf pays the element of the largest size",
                "It is the largest absolute value: that element's sign comes back, and the others "
                "get 0.",
                "The sign is left out, so that a large negative element is pushed the wrong way.",
                domains=(NEGATIVE,),
            ),
        ),
    ),
)
