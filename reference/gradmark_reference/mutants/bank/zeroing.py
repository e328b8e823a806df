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
            "accumulation.assigned-gradient-is-added-to",
            "zeroing.loop-of-means",
            "zeroing.zeros-assigned",
            "zeroing.through-data",
        ),
        others={
            "accumulation.adds-in-place": "what is cleared or held is not the total",
            "accumulation.cleared-gradient-reaches-no-graph": "what is cleared or held is not "
            "the total",
        },
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
        own=(
            "zeroing.zero-in-place",
            "accumulation.adds-in-place",
        ),
        others={
            "zeroing.nothing-to-zero-before-backward": "it zeroes a gradient in the end",
        },
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
        own=(
            "zeroing.zero-keeps-the-tensor",
            "accumulation.adds-in-place",
        ),
        others={
            "training.sgd-clears-to-none": "it asks whether .grad is the same tensor",
        },
    ),
    Mutant(
        "zero-returns-a-cleared-copy",
        "zero_() returns zeros and changes nothing",
        (Edit("tensor.py", "return self.fill_(0)", "return self * 0"),),
        own=("zeroing.zero-in-place",),
        others={
            "in-place.zeroing-cuts-the-way-back": "zero_ leaves the tensor as it was",
            "zeroing.nothing-to-zero-before-backward": "it zeroes a gradient in the end",
        },
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
            "detach.change-of-an-unsaved-value": "another tensor was changed in place",
            "detach.safer-than-data": "another tensor was changed in place",
            "in-place.change-is-recorded": "another tensor was changed in place",
            "data.linear-then-scaled": "a change in place spoils what another graph had saved",
            "accumulation.cleared-gradient-reaches-no-graph": "a change in place spoils what "
            "another graph had saved",
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
                "        self._grad = self._grad if value is None else value\n",
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
            "accumulation.untracked-tensor-keeps-an-assigned-grad": "it assigns a gradient",
            "accumulation.assigned-gradient-has-to-fit": "it assigns a gradient",
            "accumulation.assigned-gradient-is-added-to": "it assigns a gradient",
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
                "        fresh = Tensor(np.full_like(self._array, np.nan))\n"
                "        self._grad = fresh if value is None else value\n",
            ),
        ),
        own=("zeroing.none-again", "zeroing.cleared-leaf-starts-anew"),
        others={
            "zeroing.loop-with-zeroing": "it clears by setting None",
            "zeroing.before-or-after": "it clears by setting None",
        },
    ),
)
