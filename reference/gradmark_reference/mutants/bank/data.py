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
        own=(
            "data.read-is-a-constant",
            "data.untracked",
            "data.no-history-even-of-a-result",
        ),
        others={
            "data.linear-then-scaled": "writing into the leaf itself is refused",
            "data.shares-memory": "writing into the leaf itself is refused",
        },
    ),
    Mutant(
        "data-keeps-the-flag",
        ".data is a leaf of its own that is tracked",
        (Edit("tensor.py", _READ, "        return Tensor(self._array, self.requires_grad)\n"),),
        own=(
            "data.untracked",
            "data.no-history-even-of-a-result",
        ),
        others={
            "data.linear-then-scaled": "writing into a tracked leaf is refused",
            "data.shares-memory": "writing into a tracked leaf is refused",
        },
    ),
    Mutant(
        "data-is-a-copy",
        ".data is a copy, and what is written into it is lost",
        (Edit("tensor.py", _READ, "        return Tensor(self._array.copy())\n"),),
        own=(
            "data.shares-memory",
            "zeroing.through-data",
        ),
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
            "zeroing.through-data",
            "data.linear-then-scaled",
            "training.step-through-data",
        ),
        others={
            "data.write-keeps-the-gradient": "what was written does not arrive",
            "data.write-into-a-result": "what was written does not arrive",
            "data.write-keeps-the-leaf": "what was written does not arrive",
            "detach.shares-memory": _THROUGH,
        },
    ),
    Mutant(
        "data-write-is-ignored",
        "Assigning to .data changes nothing",
        (Edit("tensor.py", _WRITE, "        pass\n"),),
        own=(
            "data.write-before-forward",
            "data.harmless-if-unsaved",
            "training.step-through-data",
        ),
        others={
            "data.write-keeps-the-gradient": "what was written does not arrive",
            "data.write-into-a-result": "what was written does not arrive",
        },
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
            "data.no-history-even-of-a-result",
        ),
        others={
            "data.write-keeps-the-gradient": "a write to .data is recorded",
            "data.write-into-a-result": "a write to .data is recorded",
            "zeroing.through-data": "a write to .data is recorded",
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
        others={
            "detach.change-of-an-unsaved-value": "a product was changed in place, or a factor or "
            "a residual is 0",
            "in-place.change-is-recorded": "a product was changed in place, or a factor or a "
            "residual is 0",
            "training.rebinding-loses-the-leaf": "a product was changed in place, or a factor or "
            "a residual is 0",
            "training.gradient-descent-case": "a product was changed in place, or a factor or a "
            "residual is 0",
            "training.converges-to-least-squares": "a product was changed in place, or a factor "
            "or a residual is 0",
            "training.sgd-fits-a-line": "a product was changed in place, or a factor or a "
            "residual is 0",
            "data.linear-then-scaled": "its factor is a product over the value that was written",
            "leaf.factories-take-the-flag": "one of its leaves is 0",
            "operations.add-broadcast-outer": "there is a zero among its factors",
            "operations.add-strided": "there is a zero among its factors",
            "operations.log-strided": "there is a zero among its factors",
            "operations.log-softmax-far-apart": "there is a zero among its factors",
            "kinks.*": "there is a zero among its factors",
        },
    ),
    Mutant(
        "data-write-drops-the-flag",
        "A leaf whose .data was written is not tracked any more",
        (Edit("tensor.py", _WRITE, _WRITE + "        self._requires_grad = False\n"),),
        own=("data.write-keeps-the-leaf",),
        others={
            "training.step-through-data": "the stepped weight gets no gradient",
            "data.write-keeps-the-gradient": "the written leaf gets no gradient",
            "data.linear-then-scaled": "the written leaf gets no gradient",
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
            "zeroing.through-data": "the write moves the .data to memory of its own",
            "detach.shares-memory": "the write moves the detached tensor to memory of its own",
        },
    ),
)
