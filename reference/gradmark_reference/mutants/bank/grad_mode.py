"""Mutants whose grad mode does not end, does not begin or reaches too far."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_INSIDE = """\
    try:
        yield
    finally:
        _mode.enabled = before
"""
_NO_GRAD = '''\
def no_grad(function: Callable[..., Any] | None = None) -> Any:
    """Record nothing: a context manager, or a decorator with or without parentheses."""
    return _inside(False) if function is None else _inside(False)(function)
'''
_BLOCK = '''\
class no_grad:
    """Record nothing inside a block."""

    def __enter__(self):
        self.before, _mode.enabled = _mode.enabled, False

    def __exit__(self, *raised):
        _mode.enabled = self.before
'''
_UNTRACKED = """\
            raise RuntimeError("the tensor does not require grad and does not have a grad_fn")
"""
_RECORDED = """\
    if needed and is_grad_enabled() and result.dtype.kind == "f":
        result.grad_fn = Node(f"{name}Backward0", needed)
"""

MUTANTS = (
    Mutant(
        "no-grad-without-effect",
        "no_grad is accepted, and everything is recorded all the same",
        (
            Edit(
                "modes.py",
                "return _inside(False) if function is None else _inside(False)(function)",
                "return _inside(True) if function is None else _inside(True)(function)",
            ),
        ),
        own=(
            "grad-mode.constant-branch",
            "grad-mode.tracking-resumes",
            "grad-mode.result-untracked",
            "grad-mode.backward-of-untracked-refused",
        ),
    ),
    Mutant(
        "no-grad-never-ends",
        "no_grad switches recording off for good",
        (Edit("modes.py", _INSIDE, "    yield\n"),),
        own=("grad-mode.constant-branch", "grad-mode.tracking-resumes"),
        others={
            "accumulation.stale-gradient-in-loop": "it goes backward after a step under no_grad",
        },
    ),
    Mutant(
        "no-grad-restores-to-on",
        "The end of any no_grad block switches recording on",
        (
            Edit(
                "modes.py",
                "    finally:\n        _mode.enabled = before\n",
                "    finally:\n        _mode.enabled = True\n",
            ),
        ),
        own=("grad-mode.nested-blocks", "grad-mode.decorated-call-inside-a-block"),
    ),
    Mutant(
        "no-grad-lost-in-exceptions",
        "The mode is restored on the last line of a block instead of in a finally",
        (Edit("modes.py", _INSIDE, "    yield\n    _mode.enabled = before\n"),),
        own=("grad-mode.exception-restores", "grad-mode.decorated-function-fails"),
    ),
    Mutant(
        "no-grad-only-a-block",
        "no_grad is a context manager and no decorator",
        (Edit("modes.py", _NO_GRAD, _BLOCK),),
        own=("grad-mode.decorator",),
        others={
            "backward.from-output-to-leaves": "a hook runs in a decorating no_grad",
            "gradient-argument.none-is-the-default": "a hook runs in a decorating no_grad",
            "leaf.gradient-passes-through": "hooks are called under no_grad",
            "grad-mode.decorator-without-parentheses": "it takes no function either",
        },
    ),
    Mutant(
        "decorator-loses-the-result",
        "A function decorated with no_grad returns nothing",
        (
            Edit(
                "modes.py",
                _NO_GRAD,
                _BLOCK
                + "\n    def __call__(self, function):\n"
                + "        def inside(*args):\n"
                + "            with self:\n"
                + "                function(*args)\n\n"
                + "        return inside\n",
            ),
        ),
        own=("grad-mode.decorator",),
        others={
            "grad-mode.decorator-without-parentheses": "it takes no function either",
            "backward.from-output-to-leaves": "a hook runs in a decorating no_grad",
            "gradient-argument.none-is-the-default": "a hook runs in a decorating no_grad",
            "leaf.gradient-passes-through": "hooks are called under no_grad",
        },
    ),
    Mutant(
        "decorator-covers-the-definition",
        "no_grad as a decorator is in force while the function is defined, not while it runs",
        (
            Edit(
                "modes.py",
                _NO_GRAD,
                _BLOCK
                + "\n    def __call__(self, function):\n"
                + "        with self:\n"
                + "            return function\n",
            ),
        ),
        own=("grad-mode.decorator",),
        others={
            "grad-mode.decorator-without-parentheses": "it takes no function either",
            "backward.from-output-to-leaves": "a hook runs in a decorating no_grad",
            "gradient-argument.none-is-the-default": "a hook runs in a decorating no_grad",
            "leaf.gradient-passes-through": "hooks are called under no_grad",
        },
    ),
    Mutant(
        "flag-copied-from-inputs",
        "A result made under no_grad has its inputs' flag and no history",
        (
            Edit(
                "tensor.py",
                _RECORDED,
                _RECORDED + "    elif needed:\n        result._requires_grad = True\n",
            ),
        ),
        own=("grad-mode.result-untracked", "grad-mode.backward-of-untracked-refused"),
    ),
    Mutant(
        "backward-of-untracked-does-nothing",
        "Backward of an untracked result returns in silence",
        (
            Edit(
                "tensor.py",
                _UNTRACKED,
                "            return\n",
            ),
        ),
        own=(
            "grad-mode.backward-of-untracked-refused",
            "grad-mode.left-switched-off",
            "backward.untracked-refused",
        ),
    ),
    Mutant(
        "flag-masked-by-the-mode",
        "A leaf made under no_grad is never tracked, though it asks to be",
        (
            Edit(
                "tensor.py",
                "        self.requires_grad = requires_grad\n\n",
                "        self.requires_grad = requires_grad and is_grad_enabled()\n\n",
            ),
        ),
        own=("grad-mode.leaf-made-inside",),
    ),
    Mutant(
        "set-grad-enabled-always-off",
        "set_grad_enabled ignores its argument and switches recording off",
        (
            Edit("modes.py", "_mode.enabled, mode\n", "_mode.enabled, False\n"),
            Edit("modes.py", "_mode.enabled = self.mode", "_mode.enabled = False"),
        ),
        own=("grad-mode.set-grad-enabled",),
    ),
    Mutant(
        "set-grad-enabled-restores-to-on",
        "The end of any set_grad_enabled block switches recording on",
        (
            Edit(
                "modes.py",
                "*raised: object) -> None:\n        _mode.enabled = self.before\n",
                "*raised: object) -> None:\n        _mode.enabled = True\n",
            ),
        ),
        own=("grad-mode.set-grad-enabled",),
    ),
    Mutant(
        "quiet-operations-return-their-input",
        "An operation under no_grad returns its first operand's values",
        (
            Edit(
                "tensor.py",
                "        return record(out, name, *edges)\n\n    return method\n",
                "        if not is_grad_enabled():\n"
                "            return self.detach()\n"
                "        return record(out, name, *edges)\n\n    return method\n",
            ),
        ),
        own=("grad-mode.values-are-computed",),
        others={
            "training.manual-update": "the step is computed under no_grad",
        },
    ),
    Mutant(
        "leaf-never-changed-in-place",
        "A leaf that requires grad can't be changed in place, not even under no_grad",
        (
            Edit(
                "tensor.py",
                "        if is_grad_enabled() and self._requires_grad:\n",
                "        if self._requires_grad:\n",
            ),
        ),
        own=("grad-mode.update-under-no-grad",),
        others={
            "training.manual-update": "the update of a leaf is refused",
        },
    ),
    Mutant(
        "update-makes-a-new-tensor",
        "An augmented assignment makes a new tensor, as if it were written out",
        (
            Edit(
                "tensor.py",
                "return lambda self, other: self._change(lambda before: operator(before, other))",
                "return lambda self, other: operator(self, other)",
            ),
        ),
        own=(
            "grad-mode.update-under-no-grad",
            "accumulation.stale-gradient-in-loop",
            "in-place.augmented-keeps-the-tensor",
        ),
        others={
            "training.manual-update": "the updated weight is no tracked leaf",
        },
    ),
    Mutant(
        "update-drops-the-flag",
        "A leaf that was updated under no_grad is not tracked any more",
        (
            Edit(
                "tensor.py",
                "        self._array[...] = after._array\n        self._counter.count += 1\n",
                "        self._array[...] = after._array\n        self._counter.count += 1\n"
                "        self._requires_grad = False\n",
            ),
        ),
        own=(
            "grad-mode.update-under-no-grad",
            "training.manual-update",
        ),
        others={
            "accumulation.stale-gradient-in-loop": "it goes on with the leaf after a step",
        },
    ),
)
