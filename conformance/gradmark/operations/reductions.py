"""Operations that make fewer numbers of many: over everything, or along an axis."""

from __future__ import annotations

from gradmark.operations.table import ANY, LARGE, POSITIVE, Call, Case, Domain, Operation

_M = (2, 3)
_CUBE = (2, 3, 2)
_LAYOUTS = ("strided", "float64")


def _case(  # noqa: PLR0913 - a case's own fields
    slug: str,
    out: tuple[int, ...],
    call: Call,
    title: str,
    why: str,
    mistake: str,
    *,
    shape: tuple[int, ...] = _M,
    profile: str = "",
    on: str = "",
    rtol: float | None = None,
    domains: tuple[Domain, ...] = (),
) -> Case:
    return Case(
        slug, (shape,), out, title, why, mistake,
        profile=profile, call=call, on=on, rtol=rtol, domains=domains,
    )  # fmt: skip


def _row(  # noqa: PLR0913 - a row of the table
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
    return Operation(
        name,
        "reduction",
        profile,
        call,
        rule,
        (_M,),
        out,
        base,
        cases=cases,
        domains=(domain,),
        also=also,
    )


def _base(
    title: str, why: str, mistake: str, *, out: tuple[int, ...] = (), claims: tuple[str, ...] = ()
) -> Case:
    return Case("", (_M,), out, title, why, mistake, claims=claims)


OPERATIONS = (
    _row(
        "sum",
        "tensor",
        lambda _, x: x.sum(),
        "what arrives at the sum",
        "operators.sum-times-weight",
        (
            _case(
                "dim",
                (3,),
                lambda _, x: x.sum(0),
                "sum along an axis hands each sum's gradient back along it",
                "Every column has a sum of its own, and what arrives there goes to that column.",
                "The gradient is stretched along the other axis, or all of it to everything.",
            ),
            _case(
                "last-dim",
                (2,),
                lambda _, x: x.sum(-1),
                "sum along the last axis hands gradients back by rows",
                "A negative axis counts from the end; the gradients have to be given the lost axis "
                "back before they are stretched.",
                "The vector of gradients is broadcast as a row, although it belongs to a column.",
                on="dim",
            ),
            _case(
                "keepdim",
                (2, 1),
                lambda _, x: x.sum(1, keepdim=True),
                "sum with keepdim keeps the axis, and the way back knows it",
                "With keepdim the gradient arrives with the axis already there.",
                "The axis is put back a second time, or keepdim is ignored.",
                on="dim",
            ),
            _case(
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
            _case(
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
    _row(
        "mean",
        "tensor",
        lambda _, x: x.mean(),
        "1/n of what arrives",
        "operators.mean-grad",
        (
            _case(
                "dim",
                (3,),
                lambda _, x: x.mean(0),
                "mean along an axis divides by that axis's length",
                "Two elements go into each mean here, so each gets half of its gradient.",
                "The gradient is divided by the number of all elements.",
            ),
            _case(
                "keepdim",
                (2, 1),
                lambda _, x: x.mean(1, keepdim=True),
                "mean with keepdim keeps the axis it has averaged",
                "The result has the shape (2, 1), and so has the gradient that arrives.",
                "mean does not hand keepdim on to the sum that it is made of.",
                on="dim",
            ),
            _case(
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
    _row(
        "prod",
        "torch",
        lambda _, x: x.prod(),
        "the product of all others",
        _base(
            "prod hands each factor the product of all others",
            "As in a product of two, each factor's slope is everything else multiplied.",
            "The factor itself is not taken out of the product.",
        ),
        (
            _case(
                "dim",
                (2,),
                lambda _, x: x.prod(1),
                "prod along an axis multiplies the others of that axis only",
                "Each row has a product of its own, and its factors share nothing with others.",
                "The product of all elements is used in each row.",
            ),
            _case(
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
    _row(
        "max",
        "tensor",
        lambda _, x: x.max(),
        "the place of the largest element",
        _base(
            "max hands its gradient to the largest element",
            "Only the largest element moves the maximum; all the others have the slope 0.",
            "All elements are given the gradient, as for a sum.",
        ),
        (
            _case(
                "dim",
                (2,),
                lambda lib, x: lib.unpack(x.max(1), 2)[0],
                "max along an axis pays the largest of each row",
                "It returns values and places. The values are differentiable: each row's gradient "
                "goes to its largest element.",
                "The place within the row is taken for a place in the whole array.",
                profile="torch",
            ),
            _case(
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
    _row(
        "min",
        "torch",
        lambda _, x: x.min(),
        "the place of the smallest element",
        _base(
            "min hands its gradient to the smallest element",
            "Only the smallest element moves the minimum; all the others have the slope 0.",
            "min is computed as -max(-x), and one of the two signs is lost on the way back.",
        ),
        (
            _case(
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
    _row(
        "amax",
        "torch",
        lambda _, x: x.amax(1),
        "the place of each row's largest element",
        _base(
            "amax hands each row's gradient to its largest element",
            "amax is max along an axis without the places; its gradient goes to the same elements.",
            "The mask of the largest elements compares with the maximum of the whole array.",
            out=(2,),
        ),
        (),
        out=(2,),
        also=("float64",),
    ),
    _row(
        "var",
        "torch",
        lambda _, x: x.var(),
        "2·(x - mean)/(n - 1)",
        _base(
            "var hands each element twice its distance from the mean",
            "The slope is 2·(x - mean)/(n - 1): the mean moves too, but that cancels out.",
            "The division is by n, although var divides by n - 1 unless told otherwise.",
        ),
        (
            _case(
                "dim",
                (2,),
                lambda _, x: x.var(1),
                "var along an axis measures from each row's own mean",
                "Each row of three has its own mean, and n - 1 is 2.",
                "The distances are taken from the mean of all elements.",
            ),
            _case(
                "population",
                (),
                lambda _, x: x.var(correction=0),
                "var with correction 0 divides by n",
                "With correction=0 it is the variance of these very numbers and not an estimate.",
                "The keyword changes the value but not the gradient.",
            ),
        ),
    ),
    _row(
        "std",
        "torch",
        lambda _, x: x.std(),
        "(x - mean)/((n - 1)·std)",
        _base(
            "std hands each element its distance over n - 1 times std",
            "std is the root of var, so its slope is var's slope over twice std.",
            "The slope of the root is forgotten, and var's gradient comes back.",
        ),
        (),
        also=("float64",),
    ),
    _row(
        "logsumexp",
        "torch",
        lambda _, x: x.logsumexp(1),
        "the row's softmax",
        _base(
            "logsumexp hands its gradient back in shares of the softmax",
            "d log(Σ exp(x))/dx is exp(x)/Σ exp(x): shares that add up to one in each row.",
            "The division by the sum is forgotten, so that exp(x) comes back.",
            out=(2,),
        ),
        (
            _case(
                "keepdim",
                (1, 3),
                lambda _, x: x.logsumexp(0, keepdim=True),
                "logsumexp with keepdim keeps the axis it has summed",
                "The shares are taken within each column, and the axis stays with length 1.",
                "The shares of logsumexp are taken along the last axis whatever dim says.",
            ),
            _case(
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
    _row(
        "norm",
        "torch",
        lambda _, x: x.norm(),
        "x over the norm",
        _base(
            "norm hands each element its share of the length",
            "The length grows in the direction of x itself: the slope is x/|x|.",
            "The gradient is x or 2x, as if the root had not been taken.",
        ),
        (
            _case(
                "dim",
                (2,),
                lambda _, x: x.norm(dim=1),
                "norm along an axis measures each row by itself",
                "Each row is divided by its own length.",
                "Each row is divided by the length of the whole matrix.",
            ),
        ),
    ),
    _row(
        "cumsum",
        "torch",
        lambda _, x: x.cumsum(0),
        "the sum of what arrives from there on",
        _base(
            "cumsum hands back the sum of all later gradients",
            "An element is part of its own running sum and of all later ones, so it collects "
            "from them all: a running sum from the end.",
            "The gradients are summed from the start, as in the forward pass.",
            out=_M,
        ),
        (
            _case(
                "last-dim",
                _M,
                lambda _, x: x.cumsum(-1),
                "cumsum along the last axis runs back within each row",
                "Each row has running sums of its own, and the last element of a row collects "
                "once only.",
                "The sum from the end runs on into the row before.",
            ),
        ),
        out=_M,
    ),
    _row(
        "cumprod",
        "torch",
        lambda _, x: x.cumprod(1),
        "a running product without the element",
        _base(
            "cumprod hands each factor what all later products owe it",
            "A factor is part of its own running product and of all later ones, each time with "
            "the slope of that product without the factor.",
            "Only the product that ends at the element is counted.",
            out=_M,
        ),
        (),
        out=_M,
        domain=POSITIVE,
        also=(),
    ),
)
