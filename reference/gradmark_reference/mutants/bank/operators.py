"""Mutants whose arithmetic is wrong: an operator's derivative, a number as operand, the sum."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_MUL = "np.multiply, lambda g, b: g * b, lambda g, a: g * a"
_ADD = "np.add, lambda g: g, lambda g: g"
_SUB = "np.subtract, lambda g: g, lambda g: -g"
_DIV = "lambda g, b: g / b, lambda g, a, b: -g * a / (b * b)"
_POW = "np.where(b == 0, 0, g * b * a ** (b - 1))"
_PRODUCT = "    add, sub, mul, div = __add__, __sub__, __mul__, __truediv__\n"
_R_ADD_SUB = "__radd__, __rsub__ = _reflected(__add__), _reflected(__sub__)"
_R_MUL_DIV = "__rmul__, __rtruediv__ = _reflected(__mul__), _reflected(__truediv__)"
_SPREAD = "lambda g: np.broadcast_to(g.reshape(kept), shape)"
_LATE = "backward is refused only after a first observation that is right"


def _edit(old: str, new: str) -> tuple[Edit, ...]:
    return (Edit("tensor.py", old, new),)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "mul-own-factor",
        "Each factor of a product is given its own value",
        _edit(_MUL, "np.multiply, lambda g, a: g * a, lambda g, b: g * b"),
        own=("operators.mul-grad",),
        others={},
    ),
    Mutant(
        "mul-second-factor-forgotten",
        "Only the first factor of a product is given a gradient",
        _edit(_MUL, "np.multiply, lambda g, b: g * b"),
        own=("operators.mul-grad",),
        others={
            "detach.change-before-the-forward": "it looks at the gradient of a second factor",
            "data.write-into-a-result": "a product stands in its middle",
            "operators.number-on-the-left": "the value is the second factor",
            "leaf.requires-grad-propagates": "a constant times a tracked value is not tracked",
            "leaf.grad-stored-in-leaf": "one of its leaves is a second factor",
        },
    ),
    Mutant(
        "add-hands-on-one",
        "A sum of two terms hands on ones instead of what arrived",
        _edit(_ADD, "np.add, lambda g: np.ones_like(g), lambda g: np.ones_like(g)"),
        own=("operators.add-grad",),
        others={
            "operations.relu": "it adds relu of both sides",
            "backward.start-shape-is-free": "the start weighs what arrives at its sums",
            "gradient-argument.eleven-doublings": "the start weighs what arrives at its sums",
            "gradient-argument.through-a-view": "the start weighs what arrives at its sums",
            "zeroing.loop-of-means": "a sum stands in its middle",
            "accumulation.given-gradient-is-not-kept": "a sum stands in its middle",
            "accumulation.mean-then-sum": "a sum stands in its middle",
            "backward.all-partials": "one of its leaves is a term inside a product",
        },
    ),
    Mutant(
        "add-second-term-forgotten",
        "Only the first of two terms is given a gradient",
        _edit(_ADD, "np.add, lambda g: g"),
        own=("operators.add-grad",),
        others={
            "backward.start-shape-is-free": "its control is the second term",
            "gradient-argument.ones-for-a-polynomial": "its control is the second term",
            "gradient-argument.eleven-doublings": "its control is the second term",
            "gradient-argument.through-a-view": "its control is the second term",
            "zeroing.loop-of-means": "a sum stands in its middle",
        },
    ),
    Mutant(
        "sub-without-minus",
        "Both sides of a difference are given the same sign",
        _edit(_SUB, "np.subtract, lambda g: g, lambda g: g"),
        own=("operators.sub-grad",),
        others={
            "accumulation.cancelling-shares": "it is about a difference",
            "accumulation.network-then-square": "its network ends in a difference",
        },
    ),
    Mutant(
        "sub-minus-on-the-left",
        "The left side of a difference is negated instead of the right one",
        _edit(_SUB, "np.subtract, lambda g: -g, lambda g: g"),
        own=("operators.sub-grad",),
        others={
            "accumulation.network-then-square": "its network ends in a difference",
            "operators.number-on-the-right": "a number is taken away from the value",
        },
    ),
    Mutant(
        "neg-loses-minus",
        "Negation hands its gradient on as it is",
        _edit("np.negative, lambda g: -g", "np.negative, lambda g: g"),
        own=("operators.neg-grad",),
    ),
    Mutant(
        "neg-hands-on-minus-one",
        "Negation hands on -1 whatever arrives",
        _edit("np.negative, lambda g: -g", "np.negative, lambda g: -np.ones_like(g)"),
        own=("operators.neg-grad",),
    ),
    Mutant(
        "div-without-minus",
        "The divisor's gradient lacks its minus",
        _edit(_DIV, "lambda g, b: g / b, lambda g, a, b: g * a / (b * b)"),
        own=("operators.div-grad",),
    ),
    Mutant(
        "div-without-square",
        "The divisor's gradient lacks its square",
        _edit(_DIV, "lambda g, b: g / b, lambda g, a, b: -g * a / b"),
        own=("operators.div-grad",),
    ),
    Mutant(
        "div-dividend-undivided",
        "The dividend's gradient is not divided",
        _edit(_DIV, "lambda g: g, lambda g, a, b: -g * a / (b * b)"),
        own=("operators.div-grad",),
    ),
    Mutant(
        "pow-exponent-forgotten",
        "A power does not bring its exponent down",
        _edit(_POW, "np.where(b == 0, 0, g * a ** (b - 1))"),
        own=("operators.pow-grad",),
    ),
    Mutant(
        "pow-exponent-kept",
        "A power keeps its old exponent on the way back",
        _edit(_POW, "np.where(b == 0, 0, g * b * a**b)"),
        own=("operators.pow-grad",),
        others={
            "operations.norm-one": "the 1-norm has a power in it",
        },
    ),
    Mutant(
        "pow-through-logarithm",
        "A power is computed through the logarithm, which negative bases do not have",
        _edit("        np.power,\n", "        lambda a, b: np.exp(b * np.log(a)),\n"),
        own=("operators.pow-grad",),
        others={
            "kinks.power-zero": "zero has no logarithm",
            "kinks.power-of-zero": "zero has no logarithm",
        },
    ),
    Mutant(
        "number-not-wrapped",
        "A number on the right is taken for a tensor",
        _edit("*(lift(other, self) for other in others)]", "*others]"),
        own=("operators.number-on-the-right",),
        others={
            "detach.value-of-one-slope-of-another": "a number stands beside a tensor",
            "in-place.plain-methods-leave-the-original": "a number stands beside a tensor",
            "data.linear-then-scaled": "it computes with a plain number",
        },
    ),
    Mutant(
        "number-does-not-scale",
        "A product with a number hands its gradient on unscaled",
        _edit(
            _PRODUCT,
            "    _product = __mul__\n\n"
            "    def __mul__(self, other):\n"
            "        out = self._product(other)\n"
            "        if not isinstance(other, Tensor) and out.grad_fn:\n"
            "            out = record(Tensor(out._array), 'Mul', Edge(self, lambda g: g))\n"
            "        return out\n\n" + _PRODUCT,
        ),
        own=("operators.number-on-the-right",),
        others={
            "zeroing.forward-does-not-clear": "it computes with a plain number",
            "accumulation.order-of-losses": "the second of its losses is scaled by a number",
        },
    ),
    Mutant(
        "number-taken-away-is-added",
        "Taking a number away adds it",
        _edit(
            _PRODUCT,
            "    _difference = __sub__\n\n"
            "    def __sub__(self, other):\n"
            "        return self._difference(other if isinstance(other, Tensor) else -other)\n\n"
            + _PRODUCT,
        ),
        own=("operators.number-on-the-right",),
        others={
            "in-place.augmented-keeps-the-tensor": "a number is taken away",
            "in-place.plain-methods-leave-the-original": "a number is taken away",
            "in-place.chain-of-changes": "a number is taken away",
        },
    ),
    Mutant(
        "no-reflected-product",
        "A number can't stand to the left of *",
        _edit(_R_MUL_DIV, "__rtruediv__ = _reflected(__truediv__)"),
        own=("operators.number-on-the-left",),
    ),
    Mutant(
        "reflected-product-untracked",
        "A number times a value is computed on plain arrays",
        _edit(
            _R_MUL_DIV,
            "__rmul__ = lambda self, other: Tensor((other * self._array).astype(self.dtype))\n"
            "    __rtruediv__ = _reflected(__truediv__)",
        ),
        own=("operators.number-on-the-left",),
    ),
    Mutant(
        "reflected-sum-drops-number",
        "A number plus a value is the value, so that Python's sum() works",
        _edit(
            _R_ADD_SUB,
            "__radd__, __rsub__ = lambda self, other: self, _reflected(__sub__)",
        ),
        own=("operators.number-on-the-left",),
    ),
    Mutant(
        "rsub-is-sub",
        "A number minus a value is computed as the value minus the number",
        _edit(_R_ADD_SUB, "__radd__, __rsub__ = _reflected(__add__), __sub__"),
        own=("operators.number-minus-value",),
    ),
    Mutant(
        "rsub-keeps-sign",
        "A number minus a value has the right value and the gradient +1",
        _edit(
            _R_ADD_SUB,
            "__radd__ = _reflected(__add__)\n"
            "    __rsub__ = lambda self, other: record(\n"
            "        compute(np.subtract, lift(other, self), self),\n"
            "        'Rsub',\n"
            "        Edge(self, lambda g: g),\n"
            "    )",
        ),
        own=("operators.number-minus-value",),
    ),
    Mutant(
        "rtruediv-is-truediv",
        "A number over a value is computed as the value over the number",
        _edit(_R_MUL_DIV, "__rmul__, __rtruediv__ = _reflected(__mul__), __truediv__"),
        own=("operators.number-over-value",),
    ),
    Mutant(
        "rtruediv-forgets-number",
        "A number over a value has the gradient of one over the value",
        _edit(
            _R_MUL_DIV,
            "__rmul__ = _reflected(__mul__)\n"
            "    __rtruediv__ = lambda self, other: record(\n"
            "        compute(np.true_divide, lift(other, self), self),\n"
            "        'Reciprocal',\n"
            "        Edge(self, lambda g, a: -g / (a * a), self),\n"
            "    )",
        ),
        own=("operators.number-over-value",),
    ),
    Mutant(
        "sum-hands-on-a-mean",
        "The backward of sum divides by the number of elements",
        _edit(_SPREAD, f"{_SPREAD} / self.numel()"),
        own=("operators.sum-grad",),
        others={
            "operations.trace": "it is a sum",
            "gradient-argument.vector-jacobian-product": "it goes backward through a sum",
        },
    ),
    Mutant(
        "sum-reaches-first-element",
        "The backward of sum reaches the first element alone",
        _edit(_SPREAD, "lambda g: np.eye(1, self.numel()).reshape(shape) * g.reshape(kept)"),
        own=("operators.sum-grad",),
        others={
            "operations.trace": "it is a sum",
            "gradient-argument.vector-jacobian-product": "it goes backward through a sum",
        },
    ),
    Mutant(
        "sum-untracked",
        "A sum is computed on plain arrays and loses the graph",
        _edit(', "Sum", spread)', ', "Sum")'),
        own=("operators.sum-grad",),
        others={
            "operations.trace": "it is a sum",
            "gradient-argument.vector-jacobian-product": _LATE,
        },
    ),
    Mutant(
        "sum-returns-ones",
        "The backward of sum returns ones whatever arrives",
        _edit(_SPREAD, "lambda g: np.ones(shape)"),
        own=("operators.sum-times-weight",),
        others={
            "operations.trace": "it is a sum",
            "gradient-argument.vector-jacobian-product": "it goes backward through a sum",
            "gradient-argument.scales-one-element": "what the sum ignores is the argument",
        },
    ),
    Mutant(
        "sum-over-first-axis",
        "A sum without an axis goes over the first axis alone",
        _edit("self._array.sum(axis=axes,", "self._array.sum(axis=0 if axes is None else axes,"),
        own=(
            "operators.sum-times-weight",
            "backward.mean-of-a-table",
            "gradient-argument.own-derivative-is-one",
        ),
        others={
            "backward.start-shape-is-free": "it sums a matrix",
            "in-place.row-filled-with-one-value": "it sums up a table",
            "leaf.only-recording-makes-history": "its leaf is a matrix",
            "leaf.shape-of-every-rank": "one of its leaves is a matrix",
            "backward.two-stage-network": "its loss is the sum of a matrix",
        },
    ),
    Mutant(
        "mean-divided-twice",
        "The backward of mean divides by the number of elements twice",
        _edit(
            '"Mean", Edge(total, lambda g: g / count)',
            '"Mean", Edge(total, lambda g: g / count**2)',
        ),
        own=("operators.mean-grad",),
        others={
            "backward.mean-hands-on-one-nth": "it goes backward from a mean",
            "training.mse-gradient": "its loss is a mean",
        },
    ),
    Mutant(
        "sqrt-without-its-two",
        "The slope of a square root lacks its 2",
        (Edit("elementwise.py", "g / (2 * y)", "g / y"),),
        own=("operators.sqrt-grad",),
    ),
    Mutant(
        "view-turns-its-gradient-round",
        "The gradient of a view is transposed on its way back",
        _edit(
            "    view = reshape\n",
            "    def view(self, *sizes):\n"
            "        out, shape = self._view(self._array.reshape(sizes_of(sizes))), self.shape\n"
            "        return record(out, 'View', Edge(self, lambda g: g.T.reshape(shape)))\n",
        ),
        own=("operators.view-grad",),
        others={"gradient-argument.through-a-view": "its result is a view"},
    ),
    Mutant(
        "broadcast-averaged",
        "The gradient of a stretched operand is averaged instead of summed",
        (Edit("autograd.py", "np.asarray(array.sum(axis=", "np.asarray(array.mean(axis="),),
        own=("operators.broadcast-grad",),
        others={
            "operations.cumprod": "the model computes it by broadcasting",
            "gradient-argument.vector-jacobian-product": "a row in it is stretched",
            "gradient-argument.never-a-full-jacobian": "a row in it is stretched",
            "in-place.row-filled-with-one-value": "one value is stretched over a row",
            "training.one-weight-for-all-points": "one weight is stretched over all points",
        },
    ),
    Mutant(
        "star-of-squares-is-matmul",
        "The operator * of two square matrices is their matrix product",
        _edit(
            "np.multiply, lambda g, b: g * b",
            "lambda a, b: a @ b if a.shape == b.shape == a.T.shape and a.ndim == 2 else a * b,\n"
            "        lambda g, b: g * b",
        ),
        own=("operators.network-forward",),
        others={
            "backward.two-stage-network": "it multiplies square matrices entry by entry",
            "backward.mean-of-a-table": "it multiplies square matrices entry by entry",
            "gradient-argument.through-a-view": "it multiplies square matrices entry by entry",
            "gradient-argument.start-at-an-intermediate": "its weights are square matrices",
            "leaf.only-recording-makes-history": "it multiplies square matrices entry by entry",
        },
    ),
)
