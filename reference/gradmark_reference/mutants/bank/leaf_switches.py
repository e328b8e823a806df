"""Mutants whose leaves can't be switched, go backward wrongly or take whole numbers."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_NEEDED = "needed = tuple(edge for edge in edges if edge.requires_grad)"
_ASKED = "    if needed and is_grad_enabled()"
_STORE = "            self._grad = Tensor(cotangent.copy())\n"
_WALK = "        walk(self._target(), seed.astype(self.dtype), retain_graph)\n"
_SWITCH = "        self.requires_grad = requires_grad\n        return self\n"
_FIXED = (
    '            raise RuntimeError("you can only change requires_grad flags of leaf variables.")\n'
)
_FLOATS = '        if flag and self.dtype.kind != "f":\n'
_FLOATS_ONLY = (
    '            raise RuntimeError("only Tensors of floating point dtype can require gradients")\n'
)


def _edit(old: str, new: str) -> tuple[Edit, ...]:
    return (Edit("tensor.py", old, new),)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "switch-on-copies",
        "requires_grad_ returns a tracked copy and leaves the original as it was",
        _edit(_SWITCH, "        return Tensor(self._array, requires_grad)\n"),
        own=("leaf.switch-on-in-place",),
        others={
            "leaf.only-recording-makes-history": "it goes on with the original, which stays "
            "untracked",
            "leaf.switched-off-leaf-is-skipped": "it goes on with the original, which stays "
            "tracked",
            "leaf.flag-counts-when-computed": "it goes on with the original, which stays untracked",
            "leaf.late-switch-makes-a-leaf": "it goes on with the original, which stays untracked",
            "leaf.flag-of-computed-refused": "switching off makes a copy too, and is not refused",
        },
    ),
    Mutant(
        "switch-on-returns-nothing",
        "requires_grad_ switches tracking on and returns nothing",
        _edit(_SWITCH, "        self.requires_grad = requires_grad\n"),
        own=("leaf.switch-on-in-place",),
    ),
    Mutant(
        "numbers-are-tracked",
        "A plain number is wrapped as a tracked tensor",
        _edit(
            "    return tensor(other, like.dtype if gives_way else None)\n",
            "    return tensor(other, like.dtype if gives_way else None, bool(gives_way))\n",
        ),
        own=(
            "leaf.late-switch-makes-a-leaf",
            "leaf.only-recording-makes-history",
        ),
        others={
            "detach.change-of-an-unsaved-value": "the number counts as tracked, so the product "
            "saves the other factor",
            "in-place.unsaved-value-overwritten": "the number counts as tracked, so the product "
            "saves the other factor",
        },
    ),
    Mutant(
        "late-switch-refused",
        "A tensor that was computed from constants can't be tracked later on",
        (
            Edit(
                "tensor.py",
                _SWITCH,
                "        if hasattr(self, 'made'):\n"
                "            raise RuntimeError('only a new tensor can be tracked')\n" + _SWITCH,
            ),
            Edit("tensor.py", "    " + _NEEDED, "    result.made = True\n    " + _NEEDED),
        ),
        own=(
            "leaf.late-switch-makes-a-leaf",
            "leaf.only-recording-makes-history",
        ),
    ),
    Mutant(
        "switched-off-in-silence",
        "Switching a computed tensor off cuts the graph in silence",
        _edit(_FIXED, "            self.grad_fn = None\n"),
        own=("leaf.flag-of-computed-refused",),
    ),
    Mutant(
        "switching-off-ignored",
        "Tracking can't be switched off, and nobody is told",
        _edit(
            _SWITCH,
            "        self.requires_grad = requires_grad or self.requires_grad\n"
            "        return self\n",
        ),
        own=(
            "leaf.flag-of-computed-refused",
            "grad-mode.leaf-switched-off",
        ),
        others={
            "leaf.switched-off-leaf-is-skipped": "its leaf stays tracked",
        },
    ),
    Mutant(
        "leaf-has-no-backward",
        "Backward needs an operation to start from",
        _edit(_WALK, "        walk(self.grad_fn, seed.astype(self.dtype), retain_graph)\n"),
        own=("leaf.backward-on-leaf",),
    ),
    Mutant(
        "leaf-backward-silent",
        "A leaf's own backward does nothing",
        _edit(_WALK, "        if self.grad_fn is None:\n            return\n" + _WALK),
        own=("leaf.backward-on-leaf",),
    ),
    Mutant(
        "gradient-squeezed",
        "A gradient loses the axes of length one",
        _edit(_STORE, "            self._grad = Tensor(cotangent.squeeze().copy())\n"),
        own=(
            "leaf.grad-has-the-leafs-shape",
            "leaf.shape-of-every-rank",
        ),
        others={
            "operators.broadcast-grad": "one of its leaves has an axis of one",
            "gradient-argument.vector-of-one": "its leaf has a dimension of length one",
            "gradient-argument.own-derivative-is-one": "its leaf has a dimension of length one",
            "data.linear-then-scaled": "its leaf is a vector of one element",
            "gradient-argument.one-element-any-rank": "its leaf has axes of length one alone",
            "data.scaled-in-place": "its leaf is a vector of one element",
            "operations.*": "its leaf or its result has an axis of length 1",
        },
    ),
    Mutant(
        "gradient-flattened",
        "The gradient of a matrix is one long row",
        _edit(
            _STORE,
            "            matrix = cotangent.ndim > 1\n"
            "            self._grad = Tensor(cotangent.ravel() if matrix else cotangent.copy())\n",
        ),
        own=("leaf.grad-has-the-leafs-shape",),
        others={
            "operators.mean-grad": "its leaf is a matrix",
            "operators.broadcast-grad": "its leaf is a matrix",
            "operators.network-forward": "its leaf is a matrix",
            "backward.start-shape-is-free": "its leaf is a matrix or its start is one",
            "backward.mean-of-a-table": "its leaf is a matrix or its start is one",
            "gradient-argument.through-a-view": "its leaf is a matrix or its start is one",
            "gradient-argument.ones-do-what-a-sum-does": "its leaf is a matrix or its start is one",
            "gradient-argument.own-derivative-is-one": "its leaf is a matrix or its start is one",
            "gradient-argument.start-at-an-intermediate": "its leaf is a matrix, or its start is",
            "gradient-argument.never-a-full-jacobian": "its leaf is a matrix or its start is one",
            "accumulation.mean-then-sum": "its leaf is a matrix",
            "accumulation.network-then-square": "its leaf is a matrix",
            "leaf.only-recording-makes-history": "its leaf is a matrix",
            "leaf.shape-of-every-rank": "one of its leaves is a matrix",
            "operators.sum-times-weight": "its leaf is a matrix",
            "gradient-argument.shape-must-match": "its leaf is a matrix",
            "gradient-argument.one-element-any-rank": "its leaf is a matrix",
            "backward.two-stage-network": "its leaves are matrices",
            "operations.*": "its leaf is a matrix",
        },
    ),
    Mutant(
        "constants-recorded",
        "Every result is recorded, whether an input asks for it or not",
        _edit(_ASKED, "    if edges and is_grad_enabled()"),
        own=("leaf.constants-are-leaves", "leaf.grad-fn-marks-history"),
        others={
            "leaf.only-recording-makes-history": "the computed constant has a history",
            "backward.untracked-refused": "a result of constants has a way back",
            "leaf.requires-grad-propagates": "a sum of constants is tracked",
            "leaf.late-switch-makes-a-leaf": "the computed constant has a history",
        },
    ),
    Mutant(
        "whole-numbers-tracked",
        "Whole numbers can be tracked like floating ones",
        _edit(_FLOATS + _FLOATS_ONLY, ""),
        own=(
            "leaf.whole-numbers-refused",
            "leaf.whole-numbers-refused-later",
        ),
    ),
    Mutant(
        "whole-numbers-turn-floating",
        "Whole numbers that ask to be tracked are turned into floating ones",
        _edit(_FLOATS_ONLY, "            self._array = self._array.astype(np.float32)\n"),
        own=(
            "leaf.whole-numbers-refused",
            "leaf.whole-numbers-refused-later",
        ),
    ),
)
