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
_UNTRACKED = """\
        if not self.requires_grad:
            raise RuntimeError("the tensor does not require grad and does not have a grad_fn")
"""


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
        others={
            "training.gradient-descent-case": "the descent begins at 0",
            "training.converges-to-least-squares": "the descent begins at 0",
            "training.sgd-fits-a-line": "the descent begins at 0",
            "leaf.factories-take-the-flag": "one of its leaves is 0",
            "operations.sum-zero-size": "its leaf holds zeros or nothing at all",
            "operations.cat-zero-size": "its leaf holds zeros or nothing at all",
            "kinks.*": "its leaf holds zeros or nothing at all",
        },
    ),
    Mutant(
        "first-input-remembered",
        "An operation remembers the first of its tracked inputs alone",
        _edit(_NEEDED, _NEEDED + "[:1]"),
        own=("operators.mul-grad",),
        others={
            "detach.change-before-the-forward": "it looks at the gradient of a second operand",
            "in-place.part-is-overwritten": "it looks at the gradient of a second operand",
            "in-place.copy-hands-the-gradient-over": "it looks at the gradient of a second operand",
        },
    ),
    Mutant(
        "gradient-starts-as-ones",
        "The gradient of a leaf reads as ones until backward has run",
        _edit(
            _GRAD,
            "        if self._grad is None and self._requires_grad:\n"
            "            return Tensor(np.ones(self.shape, self.dtype))\n" + _GRAD,
        ),
        own=(
            "leaf.grad-none-before-backward",
            "leaf.unused-leaf-stays-none",
            "zeroing.nothing-to-zero-before-backward",
        ),
        others={
            "leaf.flag-counts-when-computed": "it reads a gradient that nobody wrote",
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
            "leaf.switched-off-leaf-is-skipped": "it was given its gradient before it was "
            "switched off",
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
            "gradient-argument.one-is-the-default": "the first graph's leaf is written again",
            "gradient-argument.whole-number-accepted": "the first graph's leaf is written again",
            "gradient-argument.ones-do-what-a-sum-does": "the first graph's leaf is written again",
            "lifetime.trunk-before-the-loop": "the first graph's leaf is written again",
            "scale.many-rounds": "the first graph's leaf is written again",
            "leaf.switched-off-leaf-is-skipped": "an untracked leaf was tracked once",
            "leaf.flag-can-be-assigned": "an untracked leaf was tracked once",
            "leaf.gradient-passes-through": "a leaf waits for its turn",
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
            "backward.only-marked": "its constant is tracked",
            "gradient-argument.whole-number-accepted": "its constant is tracked",
            "in-place.whole-numbers-not-divided": "a whole number or a truth value beside a "
            "tensor asks to be tracked",
            "in-place.mask-stops-the-gradient": "a whole number or a truth value beside a tensor "
            "asks to be tracked",
            "detach.change-of-an-unsaved-value": "the number counts as tracked, so the product "
            "saves the other factor",
            "in-place.unsaved-value-overwritten": "the number counts as tracked, so the product "
            "saves the other factor",
            "leaf.only-recording-makes-history": "what it computes first is tracked",
            "leaf.like-does-not-inherit": "what is made like another is new as well",
            "leaf.whole-numbers-refused-later": "whole numbers are refused when they are made",
            "leaf.factories-take-the-flag": "it asks a factory that was not asked to track",
            "leaf.late-switch-makes-a-leaf": "the computed constant has a history",
            "operations.*": "its places or its mask are tensors that can't be tracked",
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
        own=(
            "leaf.only-tracked-leaves-get-grad",
            "backward.only-marked",
        ),
        others={
            "detach.change-of-an-unsaved-value": "the number counts as tracked, so the product "
            "saves the other factor",
            "in-place.unsaved-value-overwritten": "the number counts as tracked, so the product "
            "saves the other factor",
            "leaf.switched-off-leaf-is-skipped": "it reads the gradient of an untracked tensor",
            "leaf.flag-counts-when-computed": "it reads the gradient of an untracked tensor",
            "leaf.flag-can-be-assigned": "it reads the gradient of an untracked tensor",
            "leaf.one-of-four-gets-a-gradient": "it reads the gradient of an untracked tensor",
        },
    ),
    Mutant(
        "tracked-is-leaf",
        "Everything that requires a gradient counts as a leaf",
        _edit(_IS_LEAF, _IS_LEAF.replace("self.grad_fn is None", "self.requires_grad")),
        own=(
            "leaf.user-made-is-leaf",
            "leaf.new-node-for-a-trivial-result",
            "leaf.network-leaves",
        ),
        others={
            "data.no-history-even-of-a-result": "it asks a .data whether it is a leaf",
            "leaf.retained-gradient": "it asks a computed tensor whether it is a leaf",
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
        others={
            "leaf.retained-gradient": "it asks a computed tensor whether it is a leaf",
            "leaf.network-leaves": "it asks computed tensors whether they are leaves",
            "leaf.new-node-for-a-trivial-result": "it asks computed tensors whether they are "
            "leaves",
        },
    ),
    Mutant(
        "leaf-means-tracked",
        "Only a leaf that requires a gradient counts as one",
        _edit(_IS_LEAF, _IS_LEAF.replace("self.grad_fn is None", "self._requires_grad")),
        own=("leaf.constants-are-leaves",),
        others={
            "data.no-history-even-of-a-result": "it asks a .data whether it is a leaf",
            "leaf.network-leaves": "its target is an untracked leaf",
        },
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
            "leaf.network-leaves": "the loss has its untracked target on the left",
            "operators.number-on-the-left": "a constant or a number stands on the left",
            "operators.number-minus-value": "a constant or a number stands on the left",
            "operators.number-over-value": "a constant or a number stands on the left",
            "backward.two-stage-network": "a constant or a number stands on the left",
            "leaf.only-tracked-leaves-get-grad": "a constant or a number stands on the left",
            "grad-mode.tracking-resumes": "a constant or a number stands on the left",
            "operations.*": "its left operand is a constant or a number",
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
            "backward.from-output-to-leaves": "a hook is refused for what requires no grad",
            "gradient-argument.none-is-the-default": "a hook is refused for what requires no grad",
            "leaf.retained-gradient": "a computed tensor refuses to keep its gradient",
            "leaf.gradient-passes-through": "a computed tensor refuses its hook",
            "grad-mode.result-untracked": "it asks the flag of a tracked result beside",
        },
    ),
    Mutant(
        "interior-gradients-shown",
        "Every computed tensor keeps the gradient that passed through it",
        _edit(_NODE, _NODE + "        result.retain_grad()\n"),
        own=("leaf.non-leaf-grad-none",),
        others={
            "lifetime.retaining-keeps-no-gradient": "it reads the gradient of a result",
            "leaf.one-of-four-gets-a-gradient": "it reads the gradient of a computed tensor",
        },
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
        others={
            "lifetime.retaining-keeps-no-gradient": "it reads the gradient of a result",
            "leaf.retained-gradient-is-its-own": "it reads the gradient of a computed tensor",
            "leaf.retained-gradient": "it reads the gradient of a computed tensor",
            "leaf.one-of-four-gets-a-gradient": "it reads the gradient of a computed tensor",
        },
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
        own=(
            "leaf.expression-hides-the-leaf",
            "leaf.user-made-has-no-grad-fn",
        ),
        others={
            "data.linear-then-scaled": "it makes its leaf by ones()",
            "leaf.misspelt-keyword-refused": "it makes a leaf by ones()",
            "leaf.factories-take-the-flag": "it makes a leaf by ones()",
            "accumulation.two-losses-add-up": "it makes its leaf by ones()",
            "accumulation.loop-of-three": "it makes its leaf by ones()",
            "zeroing.zero-in-place": "it makes its leaf by ones()",
            "zeroing.loop-with-zeroing": "it makes its leaf by ones()",
            "data.scaled-in-place": "it makes its leaf by ones()",
        },
    ),
)
