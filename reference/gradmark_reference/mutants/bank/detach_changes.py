"""Mutants whose detached tensor is another one, or whose changes are not noticed."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_OUT = "        out = Tensor(self._array)\n        out._counter = self._counter\n"
_CHECK = "        if self.version.count != self.expected:\n"
_READ = '        """The same memory outside the graph, where changes to it are not counted."""\n'
_IN_PLACE = "    return lambda self, other: self._change(lambda before: operator(before, other))\n"
_UNPACK = "        return self.array if self.leaf is None else self.leaf._array\n"

MUTANTS = (
    Mutant(
        "detached-result-is-no-leaf",
        "What is detached from a result counts as computed",
        (
            Edit(
                "tensor.py",
                _OUT,
                _OUT + "        out._computed = self.grad_fn is not None\n",
            ),
            Edit(
                "tensor.py",
                "    def is_leaf(self) -> bool:\n        return self.grad_fn is None\n",
                "    def is_leaf(self) -> bool:\n"
                '        return self.grad_fn is None and not getattr(self, "_computed", False)\n',
            ),
        ),
        own=("detach.leaf-even-of-a-result",),
    ),
    Mutant(
        "detach-cuts-leaves-alone",
        "detach cuts a leaf, and a result stays joined to what it came from",
        (
            Edit(
                "tensor.py",
                _OUT,
                "        if self.grad_fn is not None:\n            return self.clone()\n" + _OUT,
            ),
        ),
        own=(
            "detach.leaf-even-of-a-result",
            "detach.no-grad-fn",
            "detach.value-of-one-slope-of-another",
            "detach.cut-between-rounds",
        ),
    ),
    Mutant(
        "detach-takes-the-default-dtype",
        "A detached tensor comes back in the default dtype",
        (
            Edit(
                "tensor.py",
                _OUT,
                _OUT.replace("self._array)", "self._array.astype(np.float32, copy=False))"),
            ),
        ),
        own=("detach.keeps-shape-and-dtype",),
    ),
    Mutant(
        "detach-of-untracked-is-itself",
        "detach returns the tensor itself where it is not tracked",
        (
            Edit(
                "tensor.py",
                _OUT,
                "        if not self.requires_grad:\n            return self\n" + _OUT,
            ),
        ),
        own=("detach.new-tensor",),
    ),
    Mutant(
        "augmented-allocates",
        "An augmented assignment gives its tensor memory of its own",
        (
            Edit(
                "tensor.py",
                _IN_PLACE,
                "    def change(self, other):\n"
                "        self._array = self._array.copy()\n"
                "        return self._change(lambda before: operator(before, other))\n\n"
                "    return change\n",
            ),
        ),
        own=("detach.change-seen-by-both",),
    ),
    Mutant(
        "changes-not-noticed",
        "What was saved for backward is read without a look at its version",
        (Edit("autograd.py", _CHECK, "        if False:\n"),),
        own=(
            "detach.change-of-a-saved-value",
            "in-place.saved-value-overwritten",
            "in-place.update-before-backward",
            "detach.safer-than-data",
            "in-place.saved-result-and-saved-input",
        ),
    ),
    Mutant(
        "detach-counts-alone",
        "A detached tensor counts its changes for itself",
        (Edit("tensor.py", _OUT, "        out = Tensor(self._array)\n"),),
        own=(
            "detach.change-of-a-saved-value",
            "detach.safer-than-data",
        ),
    ),
    Mutant(
        "changes-of-inputs-refused",
        "Backward refuses every operation whose inputs were changed, needed or not",
        (
            Edit(
                "autograd.py",
                "        self.shape, self.dtype, self.vjp = source.shape, source.dtype, vjp\n",
                "        self.shape, self.dtype, self.vjp = source.shape, source.dtype, vjp\n"
                "        self.source = Saved(source)\n",
            ),
            Edit(
                "autograd.py",
                "        values = [saved.unpack() for saved in self.saved]\n",
                "        self.source.unpack()\n"
                "        values = [saved.unpack() for saved in self.saved]\n",
            ),
        ),
        own=("detach.change-of-an-unsaved-value", "in-place.unsaved-value-overwritten"),
        others={
            "in-place.saved-result-and-saved-input": "the input of exp is changed",
        },
    ),
    Mutant(
        "leaf-keeps-an-early-copy",
        "A leaf keeps a copy for backward, which a change through an alias does not reach",
        (
            Edit("autograd.py", _UNPACK, _UNPACK.replace("leaf._array", "leaf._kept")),
            Edit(
                "tensor.py",
                "        self._counter = Version()\n",
                "        self._counter, self._kept = Version(), self._array.copy()\n",
            ),
            Edit(
                "tensor.py",
                "        self._array = value._array\n",
                "        self._array = value._array\n        self._kept = self._array.copy()\n",
            ),
            Edit(
                "tensor.py",
                "        self._array[...] = after._array\n",
                "        self._array[...] = after._array\n"
                "        self._kept = self._array.copy()\n",
            ),
        ),
        own=("detach.change-before-the-forward",),
        others={
            "detach.shares-memory": "the gradient of the other factor is read from the copy",
            "data.shares-memory": "the gradient of the other factor is read from the copy",
        },
    ),
    Mutant(
        "data-is-guarded",
        "A change through .data is counted as one through detach is",
        (
            Edit(
                "tensor.py",
                _READ + "        return Tensor(self._array)\n",
                _READ + _OUT + "        return out\n",
            ),
        ),
        own=("detach.safer-than-data",),
        others={
            "data.scaled-in-place": "it writes through .data what a product had saved",
        },
    ),
    Mutant(
        "data-warns",
        "Reading .data gives a warning",
        (
            Edit(
                "tensor.py",
                _READ,
                _READ + '        __import__("warnings").warn("use detach()", stacklevel=2)\n',
            ),
        ),
        own=("detach.data-without-a-warning",),
    ),
    Mutant(
        "detached-for-ever",
        "A detached tensor can't be tracked again",
        (
            Edit("tensor.py", _OUT, _OUT + "        out._cut = True\n"),
            Edit(
                "tensor.py",
                "        self._requires_grad = flag and self.grad_fn is None\n",
                '        free = self.grad_fn is None and not getattr(self, "_cut", False)\n'
                "        self._requires_grad = flag and free\n",
            ),
        ),
        own=("detach.tracked-again",),
    ),
)
