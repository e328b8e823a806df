"""Mutants of the matrix products: the order of factors, what is turned, what is summed."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_RULES = "lambda g, b: g @ b.swapaxes(-1, -2), lambda g, a: a.swapaxes(-1, -2) @ g"
_ALL = (
    "            return (a @ b.reshape(-1, 1))[..., 0]\n",
    "            return (a.reshape(1, -1) @ b)[..., 0, :]\n",
)


def _slip(
    name: str,
    title: str,
    old: str,
    new: str,
    *own: str,
    file: str = "tensor.py",
    others: dict[str, str] | None = None,
) -> Mutant:
    ids = tuple(f"operations.{slug}" for slug in own)
    return Mutant(name, title, (Edit(file, old, new),), ids, others or {})


MUTANTS: tuple[Mutant, ...] = (
    _slip(
        "product-factors-swapped",
        "The gradients of a matrix product are handed to the other factor",
        _RULES,
        "lambda g, a: a.swapaxes(-1, -2) @ g, lambda g, b: g @ b.swapaxes(-1, -2)",
        "matmul",
    ),
    _slip(
        "square-factors-in-the-wrong-order",
        "For square matrices the factors of the gradient stand in the wrong order",
        _RULES,
        "lambda g, b: b.swapaxes(-1, -2) @ g if g.shape == b.shape else g @ b.swapaxes(-1, -2), "
        "lambda g, a: a.swapaxes(-1, -2) @ g",
        "matmul-square",
        "matmul-with-itself",
    ),
    _slip(
        "one-role-of-two",
        "A matrix that stands on both sides collects in one role only",
        "        return a._matrix_product(b)\n",
        "        return a._matrix_product(b.detach() if b is a else b)\n",
        "matmul-with-itself",
    ),
    _slip(
        "matmul-method-untracked",
        "The method matmul computes without recording anything",
        "    pow, matmul, neg = __pow__, __matmul__, __neg__\n",
        "    pow, neg = __pow__, __neg__\n"
        "    matmul = lambda self, other: Tensor(self._array @ other._array)\n",
        "matmul-method",
    ),
    _slip(
        "empty-product-refused",
        "A product over no elements is refused",
        "        a, b = self, lift(other, self)\n",
        "        a, b = self, lift(other, self)\n"
        "        if not a.numel():\n"
        '            raise ValueError("empty matrix")\n',
        "matmul-inner-zero-size",
    ),
    _slip(
        "dot-keeps-an-axis",
        "A vector times a vector keeps an axis of length 1",
        _ALL[0],
        "            column = a @ b.reshape(-1, 1)\n"
        "            return column[..., 0] if a.dim() > 1 else column\n",
        "dot",
    ),
    _slip(
        "vector-comes-back-squared",
        "The vector in a product is handed the sum of all that arrives",
        _ALL[0],
        "            column = record(Tensor(b._array.reshape(-1, 1)), 'Column', "
        "Edge(b, lambda g: g.sum() + 0 * g.reshape(-1)))\n"
        "            return (a @ column)[..., 0]\n",
        "dot",
        "matrix-vector",
        "batched-matmul-vector",
    ),
    _slip(
        "row-reshaped-wrongly",
        "A vector on the left is taken for a column, and the product is built the wrong way round",
        _ALL[1],
        "            turned = tensor(np.flip(np.arange(a.numel())))\n"
        "            return (a[turned].reshape(1, -1) @ b)[..., 0, :]\n",
        "vector-matrix",
        "batched-matmul-vector-left",
        others={"operations.dot": "a vector stands on its left as well"},
    ),
    _slip(
        "left-row-axis-stays",
        "The axis that was put in for a vector on the left is not taken out again",
        _ALL[1],
        "            out = a.reshape(1, -1) @ b\n"
        "            return out if b.dim() > 2 else out[0]\n",
        "batched-matmul-vector-left",
    ),
    _slip(
        "batch-turned-round",
        "All axes of a batch are turned round on the way back",
        _RULES,
        "lambda g, b: g @ (b.T.swapaxes(0, -1).swapaxes(-1, -2)[::-1] if b.ndim > 2 else b.T), "
        "lambda g, a: (a.swapaxes(-1, -2)[::-1] if a.ndim > 2 else a.T) @ g",
        "batched-matmul",
    ),
    _slip(
        "shared-matrix-from-one-product",
        "A matrix that a batch shares is handed the gradient of its first product only",
        _RULES,
        "lambda g, a, b: (g @ b.swapaxes(-1, -2))[0] if a.ndim < g.ndim else "
        "g @ b.swapaxes(-1, -2), lambda g, a, b: (a.swapaxes(-1, -2) @ g)[0] "
        "if b.ndim < g.ndim and g.ndim == 3 else a.swapaxes(-1, -2) @ g",
        "batched-matmul-one-matrix",
        "batched-matmul-one-matrix-left",
        "batched-matmul-vector",
        "batched-matmul-vector-left",
    ),
    _slip(
        "batch-axis-of-one-averaged",
        "A batch axis of length 1 is averaged instead of summed",
        _RULES,
        "lambda g, a, b: g @ b.swapaxes(-1, -2) / (g.shape[1] if a.ndim == 4 else 1), "
        "lambda g, a: a.swapaxes(-1, -2) @ g",
        "batched-matmul-broadcast",
    ),
    _slip(
        "outer-summed-along-one-axis",
        "Both vectors of an outer product are summed along the same axis",
        "lambda a, b: a.reshape(-1, 1) * b.reshape(1, -1))",
        "lambda a, b: a.detach().reshape(-1, 1) * b.reshape(1, -1) + (a * 0).sum())",
        "outer",
        file="products.py",
    ),
    _slip(
        "linear-does-not-turn",
        "Linear reshapes its weight where it has to be turned round",
        "input @ weight.t() if bias is None",
        "input @ weight.reshape(weight.t().shape) if bias is None",
        "linear",
        file="functional.py",
    ),
)
