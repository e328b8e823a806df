"""Mutants whose flags, factories and hooks go wrong at the leaves."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_NEEDED = "needed = tuple(edge for edge in edges if edge.requires_grad)"
_UNASKED = (
    "        if not self.requires_grad:\n            return\n        if self._grad is None:\n"
)
_STORED = "        if self._grad is None:\n"
_STORE = "            self._grad = Tensor(cotangent.copy())\n"
_FLAG = "        self._requires_grad = flag and self.grad_fn is None\n"
_TRACKED = "        return self._requires_grad or self.grad_fn is not None\n"
_ONES = "    return full(sizes_of(size), 1.0, **options)\n"
_LIKE = '    return full(like.shape, 1, **{"dtype": like.dtype, **options})\n'

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "zeros-forget-the-flag",
        "zeros() takes requires_grad and forgets it",
        (
            Edit(
                "__init__.py",
                "    return full(sizes_of(size), 0.0, **options)\n",
                '    options.pop("requires_grad", None)\n'
                "    return full(sizes_of(size), 0.0, **options)\n",
            ),
        ),
        own=("leaf.factories-take-the-flag",),
        others={
            "operations.cat-zero-size": "it makes its leaf by zeros()",
            "operations.sum-zero-size": "it makes its leaf by zeros()",
        },
    ),
    Mutant(
        "any-keyword-taken",
        "ones() takes whatever keywords it is given",
        (
            Edit(
                "__init__.py",
                _ONES,
                "    known = {'dtype', 'requires_grad'} & options.keys()\n"
                "    return full(sizes_of(size), 1.0, **{name: options[name] for name in known})\n",
            ),
        ),
        own=("leaf.misspelt-keyword-refused",),
    ),
    Mutant(
        "like-copies-the-flag",
        "ones_like() takes over the flag with the shape",
        (
            Edit(
                "__init__.py",
                _LIKE,
                '    options = {"requires_grad": like.requires_grad, **options}\n' + _LIKE,
            ),
        ),
        own=("leaf.like-does-not-inherit",),
    ),
    Mutant(
        "constant-results-get-gradients",
        "What was computed from constants is given a gradient, for it is a leaf",
        (
            Edit(
                "tensor.py",
                _NEEDED,
                "needed = tuple(e for e in edges if e.requires_grad or hasattr(e.target, 'made'))\n"
                "    result.made = not any(edge.requires_grad for edge in edges)\n"
                "    needed = needed if any(edge.requires_grad for edge in edges) else ()",
            ),
            Edit(
                "tensor.py",
                _UNASKED,
                _UNASKED.replace(
                    "self.requires_grad", "(self.requires_grad or hasattr(self, 'made'))"
                ),
            ),
        ),
        own=("leaf.one-of-four-gets-a-gradient",),
    ),
    Mutant(
        "product-with-one-is-free",
        "x * 1 hands x back",
        (
            Edit(
                "tensor.py",
                "    def method(self: Tensor, *others: Any) -> Any:\n",
                "    def method(self: Tensor, *others: Any) -> Any:\n"
                '        if name == "Mul" and type(others[0]) is int and others[0] == 1:\n'
                "            return self\n",
            ),
        ),
        own=("leaf.new-node-for-a-trivial-result",),
    ),
    Mutant(
        "gradients-are-float32",
        "Gradients are stored in float32, whatever the leaf's dtype",
        (
            Edit(
                "tensor.py",
                _STORE,
                "            self._grad = Tensor(cotangent.astype(np.float32))\n",
            ),
        ),
        own=("leaf.dtype-of-the-leaf",),
        others={
            "operations.mul-float64": "its leaf is float64",
        },
    ),
    Mutant(
        "gradients-are-tracked",
        "A stored gradient is tracked itself",
        (Edit("tensor.py", _STORE, "            self._grad = Tensor(cotangent.copy(), True)\n"),),
        own=("leaf.gradient-is-an-untracked-tensor",),
        others={
            "zeroing.nothing-to-zero-before-backward": "a tracked gradient refuses to be changed "
            "in place",
            "zeroing.zero-in-place": "a tracked gradient refuses to be changed in place",
        },
    ),
    Mutant(
        "gradients-are-arrays",
        "A stored gradient is a plain array",
        (
            Edit(
                "tensor.py",
                "        return self._grad\n\n    @grad.setter",
                "        return None if self._grad is None else self._grad._array\n\n"
                "    @grad.setter",
            ),
        ),
        own=("leaf.gradient-is-an-untracked-tensor",),
        others={
            "zeroing.nothing-to-zero-before-backward": "a plain array has no zero_",
            "zeroing.zero-in-place": "a plain array has no zero_",
        },
    ),
    Mutant(
        "hooks-on-leaves-alone",
        "The hooks of a computed tensor are never called",
        (Edit("tensor.py", "(self.grad_fn or self)._hooks.append", "self._hooks.append"),),
        own=("leaf.gradient-passes-through",),
        others={
            "gradient-argument.none-is-the-default": "it looks on by a hook",
            "backward.from-output-to-leaves": "it looks on by hooks",
        },
    ),
    Mutant(
        "retaining-detaches",
        "retain_grad makes a leaf of the tensor",
        (
            Edit(
                "tensor.py",
                "            self.grad_fn.retainer = weakref.ref(self)\n",
                "            self.grad_fn, self._requires_grad = None, True\n",
            ),
        ),
        own=("leaf.retained-gradient",),
        others={
            "leaf.retained-gradient-is-its-own": "its leaf gets nothing any more",
        },
    ),
    Mutant(
        "retaining-does-nothing",
        "retain_grad is there, and nothing is kept",
        (
            Edit(
                "tensor.py",
                "            self.grad_fn.retainer = weakref.ref(self)\n",
                "            pass\n",
            ),
        ),
        own=("leaf.retained-gradient",),
    ),
    Mutant(
        "flags-of-numpy",
        "requires_grad is one of NumPy's truth values",
        (
            Edit(
                "tensor.py",
                _TRACKED,
                "        return np.bool_(self._requires_grad or self.grad_fn)\n",
            ),
        ),
        own=("leaf.flags-are-bools",),
        others={
            "grad-mode.name-of-the-switch": "it asks for the kind of a flag",
        },
    ),
    Mutant(
        "flag-fixed-when-made",
        "The flag is what it was when the tensor was made, whatever is assigned",
        (
            Edit("tensor.py", _FLAG, '        self.__dict__.setdefault("_requires_grad", flag)\n'),
            Edit("tensor.py", "        self._requires_grad = False\n", ""),
        ),
        own=("leaf.flag-can-be-assigned", "leaf.switch-on-in-place"),
        others={
            "leaf.only-recording-makes-history": "it switches tracking on",
            "leaf.switched-off-leaf-is-skipped": "it switches tracking off",
            "leaf.flag-counts-when-computed": "it switches tracking on",
            "leaf.flag-of-computed-refused": "it switches tracking off",
            "leaf.late-switch-makes-a-leaf": "it switches tracking on",
        },
    ),
    Mutant(
        "flags-asked-at-the-end",
        "An operation keeps all its inputs, and backward asks them for their flags",
        (
            Edit(
                "tensor.py",
                _NEEDED,
                "needed = edges if any(e.requires_grad for e in edges) else ()",
            ),
        ),
        own=("leaf.flag-counts-when-computed",),
        others={
            "in-place.unsaved-value-overwritten": "an operation saves values for inputs that are "
            "not tracked",
            "detach.change-of-an-unsaved-value": "an operation saves values for inputs that are "
            "not tracked",
        },
    ),
    Mutant(
        "flags-asked-at-the-start",
        "An operation notes who is tracked, and backward does not ask again",
        (Edit("tensor.py", _UNASKED, _STORED),),
        own=("leaf.switched-off-leaf-is-skipped",),
    ),
    Mutant(
        "comparison-is-recorded",
        "A comparison gives tracked numbers whose gradient is 0",
        (
            Edit(
                "tensor.py",
                'operation("Gt", np.greater)',
                'operation("Gt", lambda a, b: (a > b).astype(np.float32), lambda g: g * 0)',
            ),
        ),
        own=("leaf.comparisons-untracked",),
    ),
    Mutant(
        "power-is-not-recorded",
        "A power of a tensor is computed and forgotten",
        (
            Edit(
                "tensor.py",
                "    if needed and is_grad_enabled()",
                '    if needed and is_grad_enabled() and name != "Pow"',
            ),
        ),
        own=("operators.pow-grad", "leaf.every-operation-has-a-grad-fn"),
        others={
            "operations.norm-one": "the 1-norm has a power in it",
        },
    ),
)
