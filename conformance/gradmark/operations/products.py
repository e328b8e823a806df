"""Matrix products in all their ranks."""

from __future__ import annotations

from gradmark.operations.table import Call, Case, Operation

Shape = tuple[int, ...]
_M = (2, 3)


def _product(  # noqa: PLR0913 - a row of the table
    name: str,
    profile: str,
    shapes: tuple[Shape, ...],
    out: Shape,
    title: str,
    why: str,
    mistake: str,
    *,
    call: Call = lambda _, a, b: a @ b,
    cases: tuple[Case, ...] = (),
    also: tuple[str, ...] = (),
    like: Operation | None = None,
    after: tuple[str, ...] = (),
    claims: tuple[str, ...] = (),
) -> Operation:
    base = Case("", shapes, out, title, why, mistake, after=after, claims=claims)
    return Operation(
        name, "product", profile, call, "g @ b.t() or a.t() @ g", shapes, out, base,
        cases=cases, also=also, like=like,
    )  # fmt: skip


_MATMUL = _product(
    "matmul",
    "tensor",
    ((2, 3), (3, 4)),
    (2, 4),
    "a matrix product hands out g @ b.t() and a.t() @ g",
    "Each operand is given the gradient times the other one, turned so that the shapes fit.",
    "The order of the two factors is wrong, or one of them is not transposed.",
    claims=("operators.matmul-grad",),
    cases=(
        Case(
            "square",
            ((2, 2), (2, 2)),
            (2, 2),
            "a product of square matrices keeps the order of its factors",
            "Square matrices fit in any order, so only the numbers tell whether the right one "
            "was transposed.",
            "b.t() @ g is computed for g @ b.t(); the shapes do not complain.",
        ),
        Case(
            "with-itself",
            ((2, 2),),
            (2, 2),
            "a matrix times itself collects in both roles",
            "x stands on the left and on the right, and both gradients add up.",
            "One role's gradient overwrites the other's.",
            call=lambda _, x: x @ x,
            after=("accumulation.same-leaf-twice",),
        ),
        Case(
            "method",
            ((2, 3), (3, 4)),
            (2, 4),
            "matmul as a method is the operator @",
            "a.matmul(b) and a @ b are one operation with two spellings.",
            "The method is left out, or computes without recording anything.",
            call=lambda _, a, b: a.matmul(b),
        ),
        Case(
            "inner-zero-size",
            ((2, 0), (0, 3)),
            (2, 3),
            "a product over no elements is a matrix of zeros",
            "Sums over nothing are 0. The gradients have the operands' shapes, (2, 0) and "
            "(0, 3), and the row beside them shows that something arrives.",
            "The product of empty matrices raises, or has no shape.",
            profile="torch",
            beside=True,
            after=("operations.sum-zero-size",),
        ),
    ),
    also=("strided", "float64"),
)

OPERATIONS = (
    _MATMUL,
    _product(
        "dot",
        "tensor",
        ((3,), (3,)),
        (),
        "a vector times a vector hands each the other one",
        "Two vectors make one number; each is given the other one times what arrives.",
        "The missing axes break the transposition, or the result keeps an axis.",
        like=_MATMUL,
    ),
    _product(
        "matrix-vector",
        "tensor",
        ((2, 3), (3,)),
        (2,),
        "a matrix times a vector hands the matrix an outer product",
        "The matrix is given the outer product of what arrives and the vector; the vector is "
        "given a.t() @ g.",
        "The vector's gradient comes back as a column of shape (3, 1).",
        like=_MATMUL,
    ),
    _product(
        "vector-matrix",
        "tensor",
        ((2,), (2, 3)),
        (3,),
        "a vector times a matrix hands the matrix an outer product",
        "The vector stands on the left as a row; the matrix is given the outer product of the "
        "vector and what arrives.",
        "The outer product is built the wrong way round.",
        like=_MATMUL,
    ),
    _product(
        "batched-matmul",
        "torch",
        ((2, 2, 3), (2, 3, 2)),
        (2, 2, 2),
        "a batch of products transposes the last two axes only",
        "Each matrix of the batch is multiplied by its own partner, forward and backward.",
        ".T turns all the axes round and mixes up the batch.",
        cases=(
            Case(
                "one-matrix",
                ((2, 2, 3), (3, 2)),
                (2, 2, 2),
                "One matrix for a whole batch collects from all of it",
                "The matrix on the right takes part in each product, so its gradient is summed "
                "over the batch.",
                "The matrix is given a gradient with a batch axis.",
                after=("operators.broadcast-grad",),
            ),
            Case(
                "one-matrix-left",
                ((2, 3), (2, 3, 2)),
                (2, 2, 2),
                "One matrix on the left of a batch collects from all of it",
                "Which side is shared makes no difference: the shared one gets the sum.",
                "Only the right operand's gradient is summed over the batch.",
                after=("operators.broadcast-grad",),
            ),
            Case(
                "broadcast",
                ((2, 1, 2, 3), (3, 3, 2)),
                (2, 3, 2, 2),
                "Batch axes are broadcast, and summed on the way back",
                "The batches (2, 1) and (3,) meet in (2, 3); each operand's gradient is summed "
                "over the axes that it lacks.",
                "The batch axis of length 1 is not summed, or is lost.",
                after=("operators.broadcast-grad",),
            ),
            Case(
                "vector",
                ((2, 2, 3), (3,)),
                (2, 2),
                "a batch of matrices times one vector sums the vector's part",
                "The vector takes part in every row of every matrix.",
                "The vector's gradient keeps the batch axis.",
                after=("operators.broadcast-grad",),
            ),
            Case(
                "vector-left",
                ((2,), (2, 2, 3)),
                (2, 3),
                "One vector times a batch of matrices sums the vector's part",
                "The vector is a row on the left of each matrix, and collects from each.",
                "The row axis that was put in for the vector is not taken out again.",
                after=("operators.broadcast-grad",),
            ),
        ),
        also=("float64",),
        like=_MATMUL,
    ),
    _product(
        "outer",
        "torch",
        ((2,), (3,)),
        (2, 3),
        "outer hands each vector a sum over the other one",
        "Element i, j is a_i·b_j, so a_i collects along its row and b_j down its column.",
        "The two sums are taken along the same axis.",
        call=lambda lib, a, b: lib.outer(a, b),
        after=("operators.broadcast-grad",),
    ),
    _product(
        "linear",
        "torch",
        ((2, 3), (4, 3)),
        (2, 4),
        "linear multiplies by its weight turned round",
        "F.linear(x, w) is x @ w.t(): each row of the weight makes one output.",
        "The weight's gradient comes back transposed.",
        call=lambda lib, a, b: lib.nn.functional.linear(a, b),
        like=_MATMUL,
    ),
    _product(
        "einsum",
        "torch",
        (_M, (4, 3)),
        (2, 4),
        "einsum hands each operand the others, summed over what it lacks",
        "In 'ij,kj->ik' the letter j is summed away. The gradient of a is 'ik,kj->ij': the same "
        "rule with the letters exchanged.",
        "The letters of the way back are those of the forward pass, so that axes are mixed up.",
        call=lambda lib, a, b: lib.einsum("ij,kj->ik", a, b),
        like=_MATMUL,
        cases=(
            Case(
                "summed-letter",
                (_M,),
                (3,),
                "einsum stretches over a letter that only one operand has",
                "In 'ij->j' the letter i is summed up and occurs nowhere else; the gradient is the "
                "same for every i.",
                "The lost axis is not put back, since no other operand has it.",
                call=lambda lib, x: lib.einsum("ij->j", x),
            ),
            Case(
                "batch",
                ((2, 2, 3), (2, 3, 2)),
                (2, 2),
                "einsum sums over a batch that the result lacks",
                "'bij,bjk->ik' adds up the products of a batch, so each of them gets the whole "
                "gradient of the result.",
                "The batch is taken for an axis of the result, or is averaged.",
                call=lambda lib, a, b: lib.einsum("bij,bjk->ik", a, b),
            ),
        ),
    ),
)
