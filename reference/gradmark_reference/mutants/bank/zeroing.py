"""Mutants that clear gradients wrongly."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_GETTER = "        return self._grad\n"
_STORE = """\
        if self._grad is None:
            self._grad = Tensor(cotangent.copy())
        else:
            self._grad._array += cotangent
            self._grad._counter.count += 1
"""

MUTANTS = (
    Mutant(
        "total-kept-beside-grad",
        "The leaf keeps its own total, which clearing .grad does not reach",
        (
            Edit(
                "tensor.py",
                _STORE,
                '        self._total = getattr(self, "_total", 0) + cotangent\n'
                "        self._grad = Tensor(self._total.copy())\n",
            ),
        ),
        own=(
            "zeroing.cleared-leaf-starts-anew",
            "zeroing.zero-in-place",
            "zeroing.loop-with-zeroing",
            "zeroing.before-or-after",
        ),
    ),
    Mutant(
        "grad-hands-out-copies",
        "Reading .grad gives a copy, and zero_() clears that",
        (
            Edit(
                "tensor.py",
                _GETTER,
                "        return None if self._grad is None else Tensor(self._grad._array.copy())\n",
            ),
        ),
        own=("zeroing.zero-in-place",),
    ),
    Mutant(
        "grad-wrapped-at-each-read",
        "Reading .grad wraps the same memory in a new tensor each time",
        (
            Edit(
                "tensor.py",
                _GETTER,
                "        return None if self._grad is None else Tensor(self._grad._array)\n",
            ),
        ),
        own=("zeroing.zero-keeps-the-tensor",),
    ),
    Mutant(
        "zero-returns-a-cleared-copy",
        "zero_() returns zeros and changes nothing",
        (Edit("tensor.py", "return self.fill_(0)", "return self * 0"),),
        own=("zeroing.zero-in-place",),
    ),
    Mutant(
        "one-counter-for-all-memory",
        "Any change in place spoils the saved values of every graph",
        (
            Edit(
                "tensor.py",
                "        self._array[...] = after._array\n        self._counter.count += 1\n",
                "        self._array[...] = after._array\n        Version.count += 1\n",
            ),
        ),
        own=("zeroing.zero-in-place",),
        others={
            "data.scaled-in-place": "the write spoils what another tensor had saved",
        },
    ),
    Mutant(
        "grad-cannot-be-cleared",
        "Setting .grad to None is ignored",
        (
            Edit(
                "tensor.py",
                "        self._grad = value\n",
                "        self._grad = value or self._grad\n",
            ),
        ),
        own=("zeroing.none-again", "zeroing.cleared-leaf-starts-anew"),
        others={
            "zeroing.loop-with-zeroing": "it clears by setting None",
            "zeroing.before-or-after": "it clears by setting None",
        },
    ),
    Mutant(
        "grad-is-read-only",
        ".grad is a property without a setter",
        (Edit("tensor.py", "    @grad.setter\n    def grad(", "    def set_grad("),),
        own=("zeroing.none-again", "zeroing.cleared-leaf-starts-anew"),
        others={
            "zeroing.loop-with-zeroing": "it clears by setting None",
        },
    ),
    Mutant(
        "none-becomes-nan",
        "Clearing .grad leaves memory that nobody has initialised",
        (
            Edit(
                "tensor.py",
                "        self._grad = value\n",
                "        self._grad = value or Tensor(np.full_like(self._array, np.nan))\n",
            ),
        ),
        own=("zeroing.none-again", "zeroing.cleared-leaf-starts-anew"),
        others={
            "zeroing.loop-with-zeroing": "it clears by setting None",
            "zeroing.before-or-after": "it clears by setting None",
        },
    ),
)
