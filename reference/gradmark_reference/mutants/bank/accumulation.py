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
            "training.batch-in-pieces",
            "accumulation.assigned-gradient-is-added-to",
        ),
        others={
            "zeroing.forward-does-not-clear": "it goes backward twice",
            "accumulation.adds-in-place": "it goes backward twice",
            "zeroing.cleared-leaf-starts-anew": "without clearing, its gradients add up wrongly",
        },
    ),
    Mutant(
        "last-share-wins",
        "Within one backward the last share of a value replaces the earlier ones",
        (Edit("autograd.py", _COLLECT, "            cotangents[edge.target] = pulled\n"),),
        own=("accumulation.same-leaf-twice",),
        others={},
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
        others={},
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
            "backward.polynomial-at-one": "its leaf is used at several depths",
            "backward.points-uphill": "its leaf is used at several depths",
            "zeroing.loop-of-means": "x² + 2x reaches its leaf over a short and a long way",
            "accumulation.three-terms-one-cotangent": "its leaves are reached over a short and a "
            "long way",
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
            "backward.slope-of-a-curve",
        ),
        others={
            "scale.wide-fan-out": "a node is used at many depths",
            "scale.layers-of-many-uses": "a node is used at many depths",
        },
    ),
    Mutant(
        "shares-added-in-place",
        "Shares are added in place to an array that is on its way to other inputs too",
        (Edit("autograd.py", "np.asarray(known + pulled)", "np.add(known, pulled, out=known)"),),
        own=(
            "accumulation.shares-are-not-shared-memory",
            "accumulation.three-terms-one-cotangent",
        ),
        others={
            "scale.wide-fan-out": "one array of shares is on its way to many",
            "scale.layers-of-many-uses": "one array of shares is on its way to many",
            "detach.value-of-one-slope-of-another": "a sum stands beside the trick, and its "
            "terms share one array",
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
            "backward.only-marked": "two of its leaves hold one number",
            "backward.mean-is-a-weighted-sum": "two of its leaves hold one number",
            "scale.wide-fan-out": "two of its leaves hold one number",
            "scale.wide-fan-in": "two of its leaves hold one number",
            "backward.all-partials": "two of its leaves hold the same number",
            "gradient-argument.vector-jacobian-product": "its two leaves hold the same numbers",
            "operations.*": "some of its leaves are equal in value",
            "kinks.maximum-tie": "some of its leaves are equal in value",
            "kinks.minimum-tie": "some of its leaves are equal in value",
            "kinks.norm-by-hand-at-zero": "some of its leaves are equal in value",
        },
    ),
    Mutant(
        "one-array-in-two-leaves",
        "One gradient array is stored in every leaf that it reaches, and added to in place",
        (
            Edit(
                "tensor.py", "Tensor(cotangent.copy())\n        el", "Tensor(cotangent)\n        el"
            ),
        ),
        own=(
            "accumulation.shares-are-not-shared-memory",
            "zeroing.other-leaves-untouched",
            "leaf.retained-gradient-is-its-own",
        ),
        others={
            "zeroing.loop-of-means": "what a mean hands on is stored, and cannot be written into",
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
            "accumulation.assigned-gradient-is-added-to",
        ),
        others={
            "zeroing.forward-does-not-clear": "it goes backward twice",
            "accumulation.adds-in-place": "it goes backward twice",
            "training.batch-in-pieces": "the pieces of the batch come one after the other",
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
        own=(
            "accumulation.weighted-rounds",
            "gradient-argument.rows-of-the-jacobian",
        ),
    ),
)
