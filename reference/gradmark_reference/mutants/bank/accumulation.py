"""Mutants that add up gradients wrongly, within one backward or over several."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_ORDER = "    return sorted(found, key=lambda target: target.sequence, reverse=True)\n"
_STORE = """\
        if self._grad is None:
            self._grad = Tensor(cotangent.copy())
        else:
            self._grad._array += cotangent
            self._grad._counter.count += 1
"""
_COLLECT = """\
            cotangents[edge.target] = pulled if known is None else np.asarray(known + pulled)
"""
_SUM_TO = '    """Undo broadcasting: sum over the dimensions that were added or stretched."""\n'
_UNCOPIED = Edit(
    "autograd.py", _SUM_TO, _SUM_TO + "    if array.shape == shape:\n        return array\n"
)

MUTANTS = (
    Mutant(
        "leaf-gradient-overwritten",
        "Backward assigns the leaf's gradient instead of adding to it",
        (Edit("tensor.py", _STORE, "        self._grad = Tensor(cotangent.copy())\n"),),
        own=(
            "accumulation.second-graph-adds",
            "accumulation.two-losses-add-up",
            "accumulation.loop-of-three",
            "accumulation.order-of-losses",
            "accumulation.weighted-rounds",
        ),
        others={
            "zeroing.cleared-leaf-starts-anew": "without clearing, its gradients add up wrongly",
        },
    ),
    Mutant(
        "last-share-wins",
        "Within one backward the last share of a value replaces the earlier ones",
        (Edit("autograd.py", _COLLECT, "            cotangents[edge.target] = pulled\n"),),
        own=("accumulation.same-leaf-twice",),
    ),
    Mutant(
        "first-share-wins",
        "Within one backward only the first share of a value is kept",
        (
            Edit(
                "autograd.py", _COLLECT, "            cotangents.setdefault(edge.target, pulled)\n"
            ),
        ),
        own=("accumulation.same-leaf-twice",),
    ),
    Mutant(
        "depth-first-order",
        "The graph is walked depth first, each node once, without a topological order",
        (Edit("autograd.py", _ORDER, "    return list(found)\n"),),
        own=(
            "accumulation.many-uses",
            "accumulation.diamond",
            "accumulation.short-and-long-path",
            "accumulation.long-path-written-last",
        ),
        others={
            "backward.scalar-polynomial": "x² + 2x reaches its leaf over a short and a long way",
        },
    ),
    Mutant(
        "breadth-first-order",
        "The graph is walked breadth first, each node once, without a topological order",
        (
            Edit("autograd.py", "waiting.pop()", "waiting.pop(0)"),
            Edit("autograd.py", _ORDER, "    return list(found)\n"),
        ),
        own=(
            "accumulation.many-uses",
            "accumulation.short-and-long-path",
            "accumulation.long-path-written-last",
        ),
    ),
    Mutant(
        "shares-added-in-place",
        "Shares are added in place to an array that is on its way to other inputs too",
        (
            _UNCOPIED,
            Edit("autograd.py", "np.asarray(known + pulled)", "np.add(known, pulled, out=known)"),
        ),
        own=("accumulation.shares-are-not-shared-memory",),
        others={
            "backward.tower-of-diamonds": "what a doubling adds up reaches another leaf",
        },
    ),
    Mutant(
        "leaves-found-by-value",
        "Leaves are told apart by their numbers",
        (
            Edit(
                "tensor.py",
                "__hash__ = object.__hash__",
                "__hash__ = lambda self: hash(self._array.tobytes())",
            ),
            Edit("tensor.py", "return bool(self.item())", "return bool(self._array.all())"),
        ),
        own=("accumulation.equal-values-are-two-leaves",),
        others={
            "backward.all-partials": "two of its leaves hold the same number",
            "gradient-argument.vector-jacobian-product": "its two leaves hold the same numbers",
        },
    ),
    Mutant(
        "one-array-in-two-leaves",
        "One gradient array is stored in every leaf that it reaches, and added to in place",
        (
            _UNCOPIED,
            Edit(
                "tensor.py", "Tensor(cotangent.copy())\n        el", "Tensor(cotangent)\n        el"
            ),
        ),
        own=("accumulation.shares-are-not-shared-memory", "zeroing.other-leaves-untouched"),
        others={
            "lifetime.unsaved-graph-again": "the leaf and its twin share one array",
            "lifetime.unsaved-trunk-shared": "the leaf and its twin share one array",
        },
    ),
    Mutant(
        "old-gradient-counted-again",
        "What a leaf has already is added to it once more by every backward",
        (Edit("tensor.py", "+= cotangent\n", "+= cotangent + self._grad._array\n"),),
        own=(
            "accumulation.second-graph-adds",
            "accumulation.two-losses-add-up",
            "accumulation.loop-of-three",
            "accumulation.order-of-losses",
            "accumulation.weighted-rounds",
        ),
        others={
            "zeroing.cleared-leaf-starts-anew": "without clearing, its gradients add up wrongly",
        },
    ),
    Mutant(
        "first-seed-is-kept",
        "The gradient that backward starts from is remembered for the next call",
        (
            Edit(
                "tensor.py",
                "        walk(self._target(), seed.astype(self.dtype), retain_graph)\n",
                "        seed = _SEEDS.setdefault(self.shape, seed)\n"
                "        walk(self._target(), seed.astype(self.dtype), retain_graph)\n",
            ),
            Edit("tensor.py", "\n\ndef tensor(", "\n\n_SEEDS: dict = {}\n\n\ndef tensor("),
        ),
        own=("accumulation.weighted-rounds",),
    ),
)
