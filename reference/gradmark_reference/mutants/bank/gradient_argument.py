"""Mutants that start backward wrongly, with a gradient argument or without one."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_SEED = "seed = np.ones(self.shape) if gradient is None else gradient._array"
_IMPLICIT = "        if gradient is None and self.numel() != 1:\n"
_SHAPE = "gradient is not None and gradient.shape != self.shape"
_WALK = "        walk(self._target(), seed.astype(self.dtype), retain_graph)\n"
_REFUSAL = (
    '            raise RuntimeError("grad can be implicitly created only for scalar outputs")\n'
)
_START = "    cotangents = {root: seed}\n"
_SUM = "    return np.asarray(array.sum(axis=(*range(added), *stretched))).reshape(shape)\n"
_LATE = "it gives an argument only after a first observation that is right"


def _edit(old: str, new: str) -> tuple[Edit, ...]:
    return (Edit("tensor.py", old, new),)


_SIGNATURE = "def backward(self, gradient: Tensor | None = None, retain_graph: bool | None = None)"

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "start-at-zero",
        "The result's own gradient is left at 0, and zeros arrive everywhere",
        _edit(_SEED, _SEED.replace("np.ones", "np.zeros")),
        own=("gradient-argument.implicit-one",),
        others={
            "operators.mul-grad": "the first gradient of all does not arrive either",
            "leaf.backward-on-leaf": "a leaf's own backward is nothing but the start",
        },
    ),
    Mutant(
        "start-at-the-result",
        "Backward starts from the value of the result instead of from 1",
        _edit(_SEED, _SEED.replace("np.ones(self.shape)", "self._array")),
        own=("gradient-argument.implicit-one",),
        others={
            "operators.mul-grad": "the first gradient of all is scaled as well",
            "leaf.backward-on-leaf": "a leaf's own backward is nothing but the start",
        },
    ),
    Mutant(
        "implicit-for-rank-0-alone",
        "Only a result of rank 0 goes without a gradient argument",
        _edit(_IMPLICIT, "        if gradient is None and self.dim() != 0:\n"),
        own=(
            "gradient-argument.one-element-any-rank",
            "gradient-argument.vector-of-one",
        ),
        others={
            "data.linear-then-scaled": "its leaf is a vector of one element",
        },
    ),
    Mutant(
        "one-element-loses-axes",
        "The gradient of one element is a plain number",
        _edit(
            "            self._grad = Tensor(cotangent.copy())\n",
            "            shape = () if cotangent.size == 1 else self.shape\n"
            "            self._grad = Tensor(cotangent.reshape(shape).copy())\n",
        ),
        own=("gradient-argument.one-element-any-rank",),
        others={
            "operators.broadcast-grad": "one of its leaves has a single element",
            "gradient-argument.vector-of-one": "its leaf is a vector of one element",
            "data.linear-then-scaled": "its leaf is a vector of one element",
            "leaf.shape-of-every-rank": "one of its leaves has a single element",
            "data.scaled-in-place": "its leaf is a vector of one element",
        },
    ),
    Mutant(
        "ones-for-vectors",
        "Backward of several numbers starts from ones",
        _edit(_IMPLICIT, "        if gradient is None and self.numel() < 0:\n"),
        own=(
            "gradient-argument.vector-refused",
            "gradient-argument.refusal-leaves-grad-alone",
            "gradient-argument.refusal-says-why",
        ),
    ),
    Mutant(
        "vector-backward-silent",
        "Backward of several numbers without a gradient does nothing",
        _edit(_REFUSAL, "            return\n"),
        own=(
            "gradient-argument.vector-refused",
            "gradient-argument.refusal-leaves-grad-alone",
            "gradient-argument.refusal-says-why",
        ),
    ),
    Mutant(
        "argument-ignored",
        "The gradient argument is accepted and ignored",
        _edit(_SEED, "seed = np.ones(self.shape)"),
        own=(
            "gradient-argument.weights-each-output",
            "gradient-argument.equals-weighted-sum",
            "gradient-argument.scales-one-element",
        ),
    ),
    Mutant(
        "argument-unknown",
        "backward takes no gradient argument",
        _edit(
            "def backward(self, gradient: Tensor | None = None, retain_graph",
            "def backward(self, *, gradient: Tensor | None = None, retain_graph",
        ),
        own=("gradient-argument.weights-each-output",),
        others={
            "gradient-argument.one-is-the-default": _LATE,
            "gradient-argument.none-is-the-default": _LATE,
            "gradient-argument.ones-do-what-a-sum-does": _LATE,
            "gradient-argument.equals-weighted-sum": _LATE,
        },
    ),
    Mutant(
        "argument-ignored-for-one-element",
        "The gradient argument is only looked at when the result is a vector",
        _edit(_SEED, _SEED.replace("if gradient is None", "if self.numel() == 1")),
        own=("gradient-argument.scales-one-element",),
    ),
    Mutant(
        "argument-averaged",
        "All outputs get the mean of the gradient argument",
        _edit(
            _SEED,
            "seed = np.full(self.shape, 1.0 if gradient is None else gradient._array.mean())",
        ),
        own=(
            "gradient-argument.weights-each-output",
            "gradient-argument.equals-weighted-sum",
        ),
    ),
    Mutant(
        "argument-squared",
        "The gradient argument is applied twice, at the start and on the first way back",
        _edit(_SEED, _SEED + "\n        seed = seed * seed"),
        own=(
            "gradient-argument.weights-each-output",
            "gradient-argument.equals-weighted-sum",
            "gradient-argument.scales-one-element",
        ),
    ),
    Mutant(
        "argument-in-whole-numbers",
        "The gradient argument is cut to whole numbers",
        _edit(_SEED, _SEED + ".astype(int)"),
        own=(
            "gradient-argument.equals-weighted-sum",
            "gradient-argument.scales-one-element",
            "gradient-argument.eleven-doublings",
            "gradient-argument.through-a-view",
        ),
    ),
    Mutant(
        "diagonal-only",
        "The gradient argument weighs the leaves' gradients instead of the outputs",
        (
            Edit("autograd.py", _START, _START.replace("seed", "np.ones_like(seed)")),
            Edit(
                "autograd.py",
                "        target._accumulate(cotangent)\n",
                "        fits = not target.edges and seed.shape in ((), cotangent.shape)\n"
                "        target._accumulate(cotangent * seed if fits else cotangent)\n",
            ),
        ),
        own=("gradient-argument.vector-jacobian-product",),
        others={
            "gradient-argument.through-a-view": "its leaf has another shape than the start",
            "gradient-argument.never-a-full-jacobian": "its leaf has another shape than the start",
            "leaf.dtype-of-the-leaf": "the weights bring the dtype of the result with them",
        },
    ),
    Mutant(
        "broadcast-backwards-forgotten",
        "A broadcast operand is given the first output's gradient instead of the sum of all",
        (
            Edit(
                "autograd.py",
                _SUM,
                "    gone = {*range(added), *stretched}\n"
                "    first = tuple(0 if a in gone else slice(None) for a in range(array.ndim))\n"
                "    return np.asarray(array[first]).reshape(shape)\n",
            ),
        ),
        own=(
            "gradient-argument.vector-jacobian-product",
            "gradient-argument.never-a-full-jacobian",
            "training.one-weight-for-all-points",
            "in-place.row-filled-with-one-value",
        ),
        others={
            "operators.broadcast-grad": "it broadcasts a single element",
            "operations.cumprod": "a row of its factors is stretched",
        },
    ),
    Mutant(
        "argument-broadcast",
        "A gradient argument of another shape is broadcast against the result",
        (
            Edit("tensor.py", _SHAPE, "gradient is not None and gradient.dim() > self.dim()"),
            Edit("tensor.py", _SEED, f"{_SEED} * np.ones(self.shape)"),
        ),
        own=("gradient-argument.shape-must-match",),
    ),
    Mutant(
        "argument-counted",
        "Of the gradient argument's shape only the number of elements is looked at",
        (
            Edit("tensor.py", _SHAPE, "gradient is not None and gradient.numel() != self.numel()"),
            Edit("tensor.py", _SEED, f"{_SEED}.reshape(self.shape)"),
        ),
        own=(
            "gradient-argument.shape-must-match",
            "gradient-argument.one-element-keeps-its-rank",
        ),
    ),
    Mutant(
        "refused-after-writing",
        "Backward of several numbers is refused once the leaves are written",
        (
            Edit("tensor.py", _IMPLICIT + _REFUSAL, ""),
            Edit(
                "tensor.py",
                _WALK,
                _WALK + _IMPLICIT + _REFUSAL,
            ),
        ),
        own=(
            "gradient-argument.refusal-leaves-grad-alone",
            "gradient-argument.vector-refused",
            "gradient-argument.refusal-says-why",
        ),
    ),
    Mutant(
        "argument-adds-to-the-one",
        "The gradient of one number is added to the 1 that it starts from",
        _edit(_SEED, f"{_SEED} + (self.numel() == 1)"),
        own=("gradient-argument.scales-one-element", "gradient-argument.one-is-the-default"),
    ),
    Mutant(
        "ones-taken-for-a-mean",
        "A gradient argument of nothing but ones is taken for a mean",
        _edit(
            _SEED,
            _SEED + "\n        seed = seed / seed.size if np.all(seed == 1) else seed",
        ),
        own=(
            "gradient-argument.ones-for-a-polynomial",
            "gradient-argument.ones-do-what-a-sum-does",
            "accumulation.network-then-square",
        ),
    ),
    Mutant(
        "argument-of-another-name",
        "The parameter of backward is not called gradient",
        _edit(_SIGNATURE, _SIGNATURE.replace("None = None, retain", "None = None, /, retain")),
        own=("gradient-argument.by-keyword",),
    ),
    Mutant(
        "argument-of-the-same-dtype",
        "A gradient argument of another dtype is refused instead of converted",
        _edit(_SHAPE, "gradient is not None and gradient.dtype != self.dtype or " + _SHAPE),
        own=("gradient-argument.whole-number-accepted",),
    ),
    Mutant(
        "none-is-no-gradient",
        "None is no default but a gradient of the wrong type",
        (
            Edit("tensor.py", _SIGNATURE, _SIGNATURE.replace("Tensor | None = None", "Any = ...")),
            Edit(
                "tensor.py",
                _IMPLICIT,
                "        if gradient is None:\n"
                '            raise TypeError("gradient must be a Tensor")\n'
                "        gradient = None if gradient is ... else gradient\n" + _IMPLICIT,
            ),
        ),
        own=("gradient-argument.none-is-the-default",),
    ),
    Mutant(
        "start-in-float32",
        "Backward starts in float32, whatever the dtype of the result",
        _edit("seed.astype(self.dtype)", "seed.astype(np.float32)"),
        own=("gradient-argument.none-is-the-default",),
    ),
    Mutant(
        "one-element-of-any-rank-for-a-number",
        "Any gradient of one element will do for a plain number",
        (
            Edit("tensor.py", _SHAPE, f"{_SHAPE} and (self.dim() or gradient.numel() != 1)"),
            Edit("tensor.py", _SEED, f"{_SEED}.reshape(self.shape)"),
        ),
        own=("gradient-argument.one-element-keeps-its-rank",),
    ),
)
