"""Mutants that give gradients to the wrong tensors, or misname who is a leaf."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_GRAD = "        return self._grad\n\n    @grad.setter"
_IS_LEAF = "    def is_leaf(self) -> bool:\n        return self.grad_fn is None\n"
_NEEDED = "needed = tuple(edge for edge in edges if edge.requires_grad)"
_ASKED = "    if needed and is_grad_enabled()"
_NODE = '        result.grad_fn = Node(f"{name}Backward0", needed)\n'
_UNASKED = "        if not self.requires_grad:\n            return\n"
_STORE = "            self._grad = Tensor(cotangent.copy())\n"
_WALK = "        walk(self._target(), seed.astype(self.dtype), retain_graph)\n"
_SWITCH = "        self.requires_grad = requires_grad\n        return self\n"
_FIXED = (
    '            raise RuntimeError("you can only change requires_grad flags of leaf variables.")\n'
)
_UNTRACKED = """\
        if not self.requires_grad:
            raise RuntimeError("the tensor does not require grad and does not have a grad_fn")
"""
_FLOATS = '        if flag and self.dtype.kind != "f":\n'
_FLOATS_ONLY = (
    '            raise RuntimeError("only Tensors of floating point dtype can require gradients")\n'
)


def _edit(old: str, new: str) -> tuple[Edit, ...]:
    return (Edit("tensor.py", old, new),)


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "zero-counts-as-absent",
        "A leaf whose value is 0 counts as absent when gradients are stored",
        _edit(
            _UNASKED,
            "        if not (self.requires_grad and self._array.any()):\n            return\n",
        ),
        own=("leaf.grad-stored-in-leaf",),
    ),
    Mutant(
        "first-input-remembered",
        "An operation remembers the first of its tracked inputs alone",
        _edit(_NEEDED, _NEEDED + "[:1]"),
        own=("operators.mul-grad",),
    ),
    Mutant(
        "gradient-starts-as-ones",
        "The gradient of a leaf reads as ones until backward has run",
        _edit(
            _GRAD,
            "        if self._grad is None and self._requires_grad:\n"
            "            return Tensor(np.ones(self.shape, self.dtype))\n" + _GRAD,
        ),
        own=("leaf.grad-none-before-backward", "leaf.unused-leaf-stays-none"),
        others={
            "gradient-argument.refusal-leaves-grad-alone": "it reads a gradient that nobody wrote",
            "zeroing.none-again": "it reads a gradient that was cleared",
        },
    ),
    Mutant(
        "gradient-while-building",
        "A product writes the gradients of its factors while it is computed",
        (
            Edit(
                "tensor.py",
                _NODE,
                _NODE + "        for edge in needed if name == 'Mul' else ():\n"
                "            if isinstance(edge.target, Tensor) and edge.target._grad is None:\n"
                "                pulled = edge.pull(np.ones(result.shape, result.dtype))\n"
                "                edge.target._grad, edge.target.early = Tensor(pulled), True\n",
            ),
            Edit(
                "tensor.py",
                "        if self._grad is None:\n" + _STORE,
                "        if self._grad is None or self.__dict__.pop('early', False):\n" + _STORE,
            ),
        ),
        own=("leaf.grad-none-before-backward",),
        others={
            "gradient-argument.refusal-leaves-grad-alone": "it reads a gradient before backward",
        },
    ),
    Mutant(
        "every-leaf-written",
        "Backward writes to every leaf that exists, from a global list",
        (
            Edit(
                "tensor.py",
                "        self.requires_grad = requires_grad\n\n    @property\n    def shape",
                "        self.requires_grad = requires_grad\n"
                "        if requires_grad:\n"
                "            _LEAVES.add(self)\n\n"
                "    @property\n    def shape",
            ),
            Edit(
                "tensor.py", "\n\ndef tensor(", "\n\n_LEAVES = weakref.WeakSet()\n\n\ndef tensor("
            ),
            Edit(
                "tensor.py",
                _WALK,
                _WALK + "        for leaf in _LEAVES:\n"
                "            if leaf._grad is None:\n"
                "                leaf._grad = Tensor(np.ones(leaf.shape, leaf.dtype))\n",
            ),
        ),
        own=("leaf.unused-leaf-stays-none",),
        others={
            "gradient-argument.equals-weighted-sum": "a leaf waits for its turn",
            "data.harmless-if-unsaved": "a leaf waits for its turn",
        },
    ),
    Mutant(
        "tracked-by-default",
        "A new tensor is tracked unless it asks not to be",
        _edit(
            "dtype: Any = None, requires_grad: bool = False) -> Tensor:",
            "dtype: Any = None, requires_grad: bool = True) -> Tensor:",
        ),
        own=("leaf.requires-grad-default-off",),
        others={
            "leaf.late-switch-makes-a-leaf": "the computed constant has a history",
        },
    ),
    Mutant(
        "constants-get-gradients",
        "Backward writes a gradient to every input, whether it asked or not",
        (
            Edit(
                "tensor.py",
                _NEEDED,
                "needed = edges if any(e.requires_grad for e in edges) else ()",
            ),
            Edit("tensor.py", _UNASKED, ""),
        ),
        own=("leaf.only-tracked-leaves-get-grad",),
    ),
    Mutant(
        "tracked-is-leaf",
        "Everything that requires a gradient counts as a leaf",
        _edit(_IS_LEAF, _IS_LEAF.replace("self.grad_fn is None", "self.requires_grad")),
        own=("leaf.user-made-is-leaf",),
        others={
            "leaf.constants-are-leaves": "it asks a tracked product as well",
            "leaf.expression-hides-the-leaf": "the scaled tensor is tracked",
        },
    ),
    Mutant(
        "everything-is-leaf",
        "Every tensor counts as a leaf",
        _edit(_IS_LEAF, _IS_LEAF.replace("self.grad_fn is None", "True")),
        own=(
            "leaf.user-made-is-leaf",
            "leaf.constants-are-leaves",
            "leaf.expression-hides-the-leaf",
        ),
    ),
    Mutant(
        "leaf-means-tracked",
        "Only a leaf that requires a gradient counts as one",
        _edit(_IS_LEAF, _IS_LEAF.replace("self.grad_fn is None", "self._requires_grad")),
        own=("leaf.constants-are-leaves",),
    ),
    Mutant(
        "computed-is-no-leaf",
        "Whatever was computed is no leaf, tracked or not",
        (
            Edit(
                "tensor.py",
                _IS_LEAF,
                _IS_LEAF.replace("self.grad_fn is None", "not hasattr(self, 'made')"),
            ),
            Edit("tensor.py", "    " + _NEEDED, "    result.made = True\n    " + _NEEDED),
        ),
        own=("leaf.constants-are-leaves",),
        others={
            "leaf.late-switch-makes-a-leaf": "its leaf was computed from a constant",
        },
    ),
    Mutant(
        "left-operand-asked",
        "Only the left operand decides whether a result is tracked",
        _edit(_ASKED, "    if edges and edges[0].requires_grad and is_grad_enabled()"),
        own=("leaf.requires-grad-propagates",),
        others={
            "operators.number-on-the-left": "a constant or a number stands on the left",
            "operators.number-minus-value": "a constant or a number stands on the left",
            "operators.number-over-value": "a constant or a number stands on the left",
            "backward.two-stage-network": "a constant or a number stands on the left",
            "leaf.only-tracked-leaves-get-grad": "a constant or a number stands on the left",
            "grad-mode.tracking-resumes": "a constant or a number stands on the left",
        },
    ),
    Mutant(
        "result-flag-lost",
        "A result takes part in the graph but does not say that it is tracked",
        (
            Edit(
                "tensor.py",
                "        return self._requires_grad or self.grad_fn is not None\n",
                "        return self._requires_grad\n",
            ),
            Edit(
                "tensor.py",
                _NEEDED,
                "needed = tuple(e for e in edges if e.target.edges or e.requires_grad)",
            ),
            Edit(
                "tensor.py",
                _UNTRACKED,
                _UNTRACKED.replace("self.requires_grad", "(self.requires_grad or self.grad_fn)"),
            ),
        ),
        own=("leaf.requires-grad-propagates",),
        others={
            "grad-mode.result-untracked": "it asks the flag of a tracked result beside",
        },
    ),
    Mutant(
        "interior-gradients-shown",
        "Every computed tensor keeps the gradient that passed through it",
        _edit(_NODE, _NODE + "        result.retain_grad()\n"),
        own=("leaf.non-leaf-grad-none",),
    ),
    Mutant(
        "interior-gradient-shown-as-ones",
        "A computed tensor shows ones as its gradient",
        _edit(
            _GRAD,
            "        if self.grad_fn is not None:\n"
            "            return Tensor(np.ones(self.shape, self.dtype))\n" + _GRAD,
        ),
        own=("leaf.non-leaf-grad-none",),
    ),
    Mutant(
        "factory-computes-its-result",
        "ones() makes its tensor by an operation, so that it is no leaf",
        (
            Edit(
                "__init__.py",
                "    return full(sizes_of(size), 1.0, **options)\n",
                "    return full(sizes_of(size), 0.5, **options) * 2\n",
            ),
        ),
        own=("leaf.expression-hides-the-leaf",),
        others={
            "accumulation.two-losses-add-up": "it makes its leaf by ones()",
            "accumulation.loop-of-three": "it makes its leaf by ones()",
            "zeroing.zero-in-place": "it makes its leaf by ones()",
            "zeroing.loop-with-zeroing": "it makes its leaf by ones()",
            "data.scaled-in-place": "it makes its leaf by ones()",
        },
    ),
    Mutant(
        "switch-on-copies",
        "requires_grad_ returns a tracked copy and leaves the original as it was",
        _edit(_SWITCH, "        return Tensor(self._array, requires_grad)\n"),
        own=("leaf.switch-on-in-place",),
        others={
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
        own=("leaf.late-switch-makes-a-leaf",),
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
        own=("leaf.late-switch-makes-a-leaf",),
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
        own=("leaf.flag-of-computed-refused",),
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
        own=("leaf.grad-has-the-leafs-shape",),
        others={
            "gradient-argument.one-element-any-rank": "its leaf has axes of length one alone",
            "data.scaled-in-place": "its leaf is a vector of one element",
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
            "operators.sum-times-weight": "its leaf is a matrix",
            "gradient-argument.shape-must-match": "its leaf is a matrix",
            "gradient-argument.one-element-any-rank": "its leaf is a matrix",
            "backward.two-stage-network": "its leaves are matrices",
        },
    ),
    Mutant(
        "constants-recorded",
        "Every result is recorded, whether an input asks for it or not",
        _edit(_ASKED, "    if edges and is_grad_enabled()"),
        own=("leaf.constants-are-leaves", "leaf.grad-fn-marks-history"),
        others={
            "backward.untracked-refused": "a result of constants has a way back",
            "leaf.requires-grad-propagates": "a sum of constants is tracked",
            "leaf.late-switch-makes-a-leaf": "the computed constant has a history",
        },
    ),
    Mutant(
        "whole-numbers-tracked",
        "Whole numbers can be tracked like floating ones",
        _edit(_FLOATS + _FLOATS_ONLY, ""),
        own=("leaf.whole-numbers-refused",),
    ),
    Mutant(
        "whole-numbers-turn-floating",
        "Whole numbers that ask to be tracked are turned into floating ones",
        _edit(_FLOATS_ONLY, "            self._array = self._array.astype(np.float32)\n"),
        own=("leaf.whole-numbers-refused",),
    ),
)
