"""Mutants whose switch is spelled, asked or kept wrongly."""

from gradmark_reference.mutants.mutant import Edit, Mutant

MUTANTS = (
    Mutant(
        "switch-under-two-names",
        "The switch can be spelled without its underscores as well",
        (
            Edit(
                "tensor.py",
                "        self.requires_grad = requires_grad\n        return self\n",
                "        self.requires_grad = requires_grad\n        return self\n\n"
                "    requiresgrad = requires_grad_\n",
            ),
        ),
        own=("grad-mode.name-of-the-switch",),
    ),
    Mutant(
        "flag-answers-with-the-mode",
        "While recording is off every tensor says that it is not tracked",
        (
            Edit(
                "tensor.py",
                "return self._requires_grad or self.grad_fn is not None",
                "return is_grad_enabled() and (self._requires_grad or self.grad_fn is not None)",
            ),
        ),
        own=("grad-mode.flag-inside-a-block",),
        others={
            "grad-mode.backward-inside-a-block": "backward asks for the flag",
        },
    ),
    Mutant(
        "sum-asks-no-mode",
        "A sum is recorded whatever the mode is",
        (
            Edit(
                "tensor.py",
                "        return record(Tensor(total if keepdim else total.squeeze(axes)), "
                '"Sum", spread)\n',
                "        out = Tensor(total if keepdim else total.squeeze(axes))\n"
                '        out.grad_fn = Node("SumBackward0", (spread,)) if spread.requires_grad '
                "else None\n"
                "        return out\n",
            ),
        ),
        own=("grad-mode.evaluation",),
    ),
    Mutant(
        "set-grad-enabled-only-a-block",
        "set_grad_enabled switches in a with statement, and not as a call",
        (
            Edit(
                "modes.py",
                "self.mode, self.before, _mode.enabled = mode, _mode.enabled, mode",
                "self.mode, self.before = mode, _mode.enabled",
            ),
        ),
        own=("grad-mode.switch-persists",),
    ),
    Mutant(
        "backward-asks-the-mode",
        "Backward does nothing while recording is off",
        (
            Edit(
                "tensor.py",
                "        if gradient is None and self.numel() != 1:\n",
                "        if not is_grad_enabled():\n            return\n"
                "        if gradient is None and self.numel() != 1:\n",
            ),
        ),
        own=("grad-mode.backward-inside-a-block",),
    ),
    Mutant(
        "enable-grad-without-effect",
        "enable_grad is accepted and changes nothing",
        (
            Edit(
                "modes.py",
                "return _inside(True) if function is None else _inside(True)(function)",
                "return _inside(_mode.enabled)",
            ),
        ),
        own=("grad-mode.enable-grad",),
    ),
    Mutant(
        "mode-always-on",
        "is_grad_enabled says True whatever the mode is",
        (
            Edit(
                "__init__.py",
                "from .modes import is_grad_enabled as is_grad_enabled\n",
                "",
            ),
            Edit(
                "__init__.py",
                "def full(",
                "def is_grad_enabled():\n    return True\n\n\ndef full(",
            ),
        ),
        own=("grad-mode.mode-can-be-asked",),
    ),
    Mutant(
        "decorator-needs-parentheses",
        "no_grad without parentheses makes a block of its function",
        (
            Edit(
                "modes.py",
                "return _inside(False) if function is None else _inside(False)(function)",
                "return _inside(False)",
            ),
        ),
        own=("grad-mode.decorator-without-parentheses",),
        others={
            "leaf.gradient-passes-through": "hooks are called under no_grad",
            "backward.from-output-to-leaves": "hooks are called inside a no_grad that decorates",
            "gradient-argument.none-is-the-default": "hooks are called under no_grad",
        },
    ),
    Mutant(
        "decorating-switches-off",
        "Decorating with set_grad_enabled(False) switches recording off at once",
        (
            Edit(
                "modes.py",
                "        _mode.enabled = self.before\n"
                "        return _inside(self.mode)(function)\n",
                "        return _inside(self.mode)(function)\n",
            ),
        ),
        own=("grad-mode.decorating-switches-nothing",),
    ),
    Mutant(
        "one-mode-for-all-threads",
        "The mode is one variable for all threads",
        (Edit("modes.py", "class _Mode(threading.local):", "class _Mode:"),),
        own=("grad-mode.one-switch-a-thread",),
    ),
)
