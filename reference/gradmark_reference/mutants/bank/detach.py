"""Mutants whose detach cuts too much, too little or a copy."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_DETACH = (
    "        out = Tensor(self._array)\n        out._counter = self._counter\n        return out\n"
)

MUTANTS = (
    Mutant(
        "detach-keeps-its-parents",
        "detach returns a result that is still joined to its source",
        (Edit("tensor.py", _DETACH, "        return self.clone()\n"),),
        own=(
            "detach.blocks-the-gradient",
            "detach.untracked",
            "detach.shares-memory",
            "detach.no-grad-fn",
        ),
    ),
    Mutant(
        "detach-returns-its-source",
        "detach returns the tensor itself",
        (Edit("tensor.py", _DETACH, "        return self\n"),),
        own=("detach.blocks-the-gradient", "detach.untracked", "detach.no-grad-fn"),
    ),
    Mutant(
        "detach-copies",
        "detach copies the values",
        (Edit("tensor.py", _DETACH, "        return Tensor(self._array.copy())\n"),),
        own=("detach.shares-memory",),
    ),
    Mutant(
        "detach-cuts-its-source",
        "detach takes its source out of the graph as well",
        (
            Edit(
                "tensor.py",
                _DETACH,
                "        self.grad_fn, self._requires_grad = None, False\n" + _DETACH,
            ),
        ),
        own=("detach.untracked", "detach.original-keeps-its-graph", "detach.blocks-the-gradient"),
        others={"detach.shares-memory": "the detached leaf gets no gradient any more"},
    ),
    Mutant(
        "detach-clears-the-history",
        "detach clears the history of the result that it is called on",
        (Edit("tensor.py", _DETACH, "        self.grad_fn = None\n" + _DETACH),),
        own=("detach.original-keeps-its-graph",),
    ),
    Mutant(
        "detach-makes-a-tracked-leaf",
        "detach cuts the history and keeps the flag",
        (Edit("tensor.py", _DETACH, _DETACH.replace("_array)", "_array, self.requires_grad)")),),
        own=("detach.untracked",),
    ),
)
