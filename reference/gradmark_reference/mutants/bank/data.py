"""Mutants whose .data is a copy, the tensor itself or half of it."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_THROUGH = "it writes through the .data of the detached tensor"
_READ = '''\
        """The same memory outside the graph, where changes to it are not counted."""
        return Tensor(self._array)
'''
_WRITE = "        self._array = value._array\n"

MUTANTS = (
    Mutant(
        "data-is-the-tensor",
        ".data hands out the tracked tensor itself",
        (Edit("tensor.py", _READ, "        return self\n"),),
        own=("data.read-is-a-constant", "data.untracked"),
        others={
            "data.shares-memory": "writing into the leaf itself is refused",
        },
    ),
    Mutant(
        "data-keeps-the-flag",
        ".data is a leaf of its own that is tracked",
        (Edit("tensor.py", _READ, "        return Tensor(self._array, self.requires_grad)\n"),),
        own=("data.untracked",),
        others={
            "data.shares-memory": "writing into a tracked leaf is refused",
        },
    ),
    Mutant(
        "data-is-a-copy",
        ".data is a copy, and what is written into it is lost",
        (Edit("tensor.py", _READ, "        return Tensor(self._array.copy())\n"),),
        own=("data.shares-memory",),
        others={"detach.shares-memory": _THROUGH},
    ),
    Mutant(
        "data-is-a-copy-for-reading",
        ".data is a copy that is never written back",
        (
            Edit("tensor.py", _READ, "        return Tensor(self._array.copy())\n"),
            Edit("tensor.py", _WRITE, "        pass\n"),
        ),
        own=(
            "data.shares-memory",
            "data.scaled-in-place",
            "data.write-before-forward",
            "data.harmless-if-unsaved",
        ),
        others={
            "data.write-keeps-the-leaf": "what was written does not arrive",
            "detach.shares-memory": _THROUGH,
        },
    ),
    Mutant(
        "data-write-is-ignored",
        "Assigning to .data changes nothing",
        (Edit("tensor.py", _WRITE, "        pass\n"),),
        own=("data.write-before-forward", "data.harmless-if-unsaved"),
    ),
    Mutant(
        "data-write-is-recorded",
        ".data is tracked, and a write to it is recorded as an operation",
        (
            Edit("tensor.py", _READ, "        return self.clone()\n"),
            Edit(
                "tensor.py",
                _WRITE,
                "        self._array, self.grad_fn = value._array, value.grad_fn\n",
            ),
        ),
        own=(
            "data.read-is-a-constant",
            "data.untracked",
            "data.write-before-forward",
            "data.write-keeps-the-leaf",
        ),
        others={
            "data.shares-memory": "writing into the clone leaves the tensor alone",
            "detach.shares-memory": _THROUGH,
        },
    ),
    Mutant(
        "data-write-is-counted",
        "A write to .data spoils the values that a graph had saved",
        (Edit("tensor.py", _WRITE, _WRITE + "        self._counter.count += 1\n"),),
        own=("data.wrong-if-saved", "data.scaled-in-place"),
    ),
    Mutant(
        "one-factor-saved-by-value",
        "Of two factors the left one is saved by value, the right one by reference",
        (
            Edit(
                "tensor.py",
                '        values = {"a": self,',
                '        values = {"a": Tensor(self._array.copy()),',
            ),
        ),
        own=("data.wrong-if-saved", "data.scaled-in-place"),
    ),
    Mutant(
        "product-rule-by-division",
        "A product's gradient is worked out from the product, divided by the factor",
        (
            Edit(
                "tensor.py",
                "np.multiply, lambda g, b: g * b, lambda g, a: g * a)",
                "np.multiply, lambda g, a, y: g * y / a, lambda g, b, y: g * y / b)",
            ),
        ),
        own=("data.harmless-if-unsaved", "data.wrong-if-saved", "data.scaled-in-place"),
    ),
    Mutant(
        "data-write-drops-the-flag",
        "A leaf whose .data was written is not tracked any more",
        (Edit("tensor.py", _WRITE, _WRITE + "        self._requires_grad = False\n"),),
        own=("data.write-keeps-the-leaf",),
        others={
            "data.write-before-forward": "the written leaf gets no gradient",
            "data.harmless-if-unsaved": "the written leaf gets no gradient",
            "data.wrong-if-saved": "the written leaf gets no gradient",
            "data.scaled-in-place": "the written leaf gets no gradient",
        },
    ),
    Mutant(
        "change-in-place-moves",
        "A change in place puts a new array into the tensor, and aliases keep the old one",
        (
            Edit(
                "tensor.py",
                "        self._array[...] = after._array\n",
                "        self._array = after._array\n",
            ),
        ),
        own=("data.shares-memory",),
        others={
            "detach.shares-memory": "the write moves the detached tensor to memory of its own",
        },
    ),
)
