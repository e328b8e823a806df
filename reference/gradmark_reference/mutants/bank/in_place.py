"""Mutants whose changes in place happen elsewhere, not at all, or behind the graph's back."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_REFUSED = "        if is_grad_enabled() and self._requires_grad:\n"
_RECORDED = "        if after.grad_fn is not None:\n"
_BEFORE = "Edge(before, lambda g: np.where(kept, g, 0))"
_PUT = "            array[place], kept[place] = source._array, False\n"
_SHAPE = "after.shape != self.shape or not np.can_cast"
_WRITE = "        self._array[...] = after._array\n"

MUTANTS = (
    Mutant(
        "sub-works-in-place",
        "The method sub changes its tensor, as sub_ does",
        (
            Edit(
                "tensor.py",
                "    sub_ = __isub__ = _in_place(__sub__)\n",
                "    sub = sub_ = __isub__ = _in_place(__sub__)\n",
            ),
        ),
        own=("in-place.plain-methods-leave-the-original",),
    ),
    Mutant(
        "pow-in-place-multiplies",
        "pow_ multiplies by the exponent",
        (
            Edit(
                "tensor.py",
                "    pow_ = __ipow__ = _in_place(__pow__)\n",
                "    pow_ = __ipow__ = _in_place(__mul__)\n",
            ),
        ),
        own=("in-place.chain-of-changes",),
    ),
    Mutant(
        "fractions-cut-off",
        "Whole numbers take a quotient and lose its fraction",
        (Edit("tensor.py", 'self.dtype, "same_kind")', 'self.dtype, "unsafe")'),),
        own=("in-place.whole-numbers-not-divided",),
    ),
    Mutant(
        "leaf-changed-in-silence",
        "A tracked leaf can be changed in place at any time, without a record",
        (Edit("tensor.py", _REFUSED, "        if False:\n"),),
        own=("in-place.tracked-leaf-refused", "in-place.tracked-leaf-refused-by-index"),
    ),
    Mutant(
        "change-grows",
        "A tensor takes the shape of what is added in place",
        (
            Edit("tensor.py", _SHAPE, "not np.can_cast"),
            Edit(
                "tensor.py",
                _WRITE,
                "        if after.shape != self.shape:\n"
                "            self._array = after._array.copy()\n" + _WRITE,
            ),
        ),
        own=("in-place.result-has-to-fit",),
    ),
    Mutant(
        "clone-shares-memory",
        "A clone is tracked, and shares its original's memory",
        (Edit("tensor.py", 'operation("Clone", np.copy,', 'operation("Clone", np.asarray,'),),
        own=("in-place.clone-is-independent",),
    ),
    Mutant(
        "clone-is-cut",
        "A clone has its own memory and no history",
        (
            Edit(
                "tensor.py",
                '    clone = operation("Clone", np.copy, lambda g: g)\n',
                "    def clone(self):\n        return Tensor(self._array.copy())\n\n",
            ),
        ),
        own=("in-place.clone-is-independent",),
    ),
    Mutant(
        "changes-unrecorded",
        "A change in place changes the numbers and not the graph",
        (Edit("tensor.py", _RECORDED, "        if False:\n"),),
        own=("in-place.change-is-recorded",),
    ),
    Mutant(
        "constant-stays-constant",
        "A constant that takes in a tracked value stays a constant",
        (
            Edit(
                "tensor.py",
                _RECORDED,
                "        if after.grad_fn is not None and self.grad_fn is not None:\n",
            ),
        ),
        own=("in-place.constant-becomes-tracked",),
    ),
    Mutant(
        "overwritten-part-keeps-its-gradient",
        "What was overwritten by index gets its gradient all the same",
        (Edit("tensor.py", _BEFORE, "Edge(before, lambda g: g)"),),
        own=("in-place.part-is-overwritten",),
        others={
            "in-place.zeroing-cuts-the-way-back": "all of it is overwritten by index",
            "in-place.copy-hands-the-gradient-over": "all of it is overwritten by index",
        },
    ),
    Mutant(
        "written-value-untracked",
        "What is written by index gets no gradient",
        (
            Edit(
                "tensor.py",
                "place, source = _position(key), lift(value, self)\n",
                "place, source = _position(key), lift(value, self).detach()\n",
            ),
        ),
        own=("in-place.part-is-overwritten",),
        others={
            "in-place.copy-hands-the-gradient-over": "the copy is written by index",
        },
    ),
    Mutant(
        "second-write-forgets-the-first",
        "A second write by index forgets what was written before it",
        (
            Edit(
                "tensor.py",
                _PUT,
                _PUT + "            if before.grad_fn and before.grad_fn.name.startswith("
                '"Copy"):\n'
                "                before = before.detach()\n",
            ),
        ),
        own=("in-place.buffer-is-filled",),
    ),
    Mutant(
        "mask-lets-gradients-pass",
        "What a mask sets to 0 gets its gradient all the same",
        (
            Edit(
                "tensor.py",
                _PUT,
                _PUT + '            if any(getattr(one, "dtype", None) == bool for one in '
                "place):\n"
                "                kept[...] = True\n",
            ),
        ),
        own=("in-place.mask-stops-the-gradient",),
    ),
    Mutant(
        "zeroing-unrecorded",
        "zero_ wipes out the numbers and leaves the graph as it was",
        (
            Edit(
                "tensor.py",
                "        return self.fill_(0)\n",
                "        self._array[...] = 0\n        return self\n",
            ),
        ),
        own=("in-place.zeroing-cuts-the-way-back",),
    ),
    Mutant(
        "copy-unrecorded",
        "copy_ takes the numbers over, and the graph still leads to the old ones",
        (
            Edit(
                "tensor.py",
                "        self[...] = source\n        return self\n",
                "        with no_grad():\n            self[...] = source\n        return self\n",
            ),
        ),
        own=("in-place.copy-hands-the-gradient-over", "in-place.zeroing-cuts-the-way-back"),
    ),
    Mutant(
        "exp-keeps-its-input",
        "exp keeps its input for the way back, and computes itself again there",
        (
            Edit(
                "elementwise.py",
                'operation("Exp", np.exp, lambda g, y: g * y)',
                'operation("Exp", np.exp, lambda g, a: g * np.exp(a))',
            ),
        ),
        own=("in-place.saved-result-and-saved-input",),
    ),
)
