"""Mutants of single operations on the way back: numbers, constants, means, names."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_RECORD = "        return record(out, name, *edges)\n\n    return method\n"
_MEAN = "lambda g: g / count"
_WALK = "    for target in _newest_first(root):\n"
_HOOKS = """\
        for hook in list(target._hooks):
            cotangent = hook(cotangent)
"""
_ACCUMULATE = "        target._accumulate(cotangent)\n"
_END = "                edge.saved = None\n"

MUTANTS = (
    Mutant(
        "untracked-term-cuts-the-sum",
        "A sum with an untracked tensor on its right is not recorded",
        (
            Edit(
                "tensor.py",
                _RECORD,
                "        right = operands[-1]\n"
                '        if name == "Add" and right is others[0] and not right.requires_grad:\n'
                "            return out\n" + _RECORD,
            ),
        ),
        own=("backward.slope-of-a-line",),
        others={
            "scale.ten-thousand-additions": "its chain adds an untracked tensor",
            "accumulation.three-terms-one-cotangent": "one term of its sum is not tracked",
            "accumulation.given-gradient-is-not-kept": "one term of its sum is not tracked",
            "grad-mode.constant-branch": "a constant is its right term",
            "grad-mode.set-grad-enabled": "a constant is its right term",
            "grad-mode.enable-grad": "a constant is its right term",
            "detach.value-of-one-slope-of-another": "a constant is its right term",
            "leaf.flag-counts-when-computed": "one term of its sum is not tracked",
            "leaf.flag-can-be-assigned": "one term of its sum is not tracked",
            "leaf.one-of-four-gets-a-gradient": "one term of its sum is not tracked",
            "leaf.requires-grad-propagates": "one term of its sum is not tracked",
        },
    ),
    Mutant(
        "vector-scaled-in-place",
        "A vector that is multiplied by a number is changed in place to save memory",
        (
            Edit(
                "tensor.py",
                _RECORD,
                "        number = others and not isinstance(others[0], Tensor)\n"
                '        if name == "Mul" and number and self.dim() == 1:\n'
                "            self._array[...] = out._array\n" + _RECORD,
            ),
        ),
        own=("backward.operand-unchanged",),
        others={
            "kinks.steps-are-flat": "it needs the vector again",
            "backward.mean-polynomial": "it needs the vector again",
            "backward.mean-polynomial-anywhere": "it needs the vector again",
            "gradient-argument.ones-for-a-polynomial": "it needs the vector again",
            "gradient-argument.eleven-doublings": "it needs the vector again",
            "lifetime.unsaved-trunk-shared": "it needs the vector again",
            "lifetime.trunk-before-the-loop": "it needs the vector again",
            "lifetime.all-can-be-used-again": "it needs the vector again",
            "grad-mode.backward-of-untracked-refused": "it needs the vector again",
            "grad-mode.update-under-no-grad": "it needs the vector again",
            "grad-mode.switch-persists": "it needs the vector again",
            "detach.change-of-an-unsaved-value": "it needs the vector again",
            "in-place.plain-methods-leave-the-original": "it needs the vector again",
            "in-place.unsaved-value-overwritten": "it needs the vector again",
            "training.without-clearing": "it needs the vector again",
            "training.learning-rate": "it needs the vector again",
            "training.rebinding-loses-the-leaf": "it needs the vector again",
            "training.gradient-descent-case": "it needs the vector again",
            "training.converges-to-least-squares": "it needs the vector again",
            "training.slope-and-intercept": "it needs the vector again",
            "training.sgd-step": "it needs the vector again",
            "training.sgd-keeps-the-leaf": "it needs the vector again",
            "training.sgd-clears-all": "it needs the vector again",
            "training.sgd-clears-to-none": "it needs the vector again",
            "training.sgd-fits-a-line": "it needs the vector again",
            "training.sgd-skips-what-has-no-gradient": "it needs the vector again",
            "training.sgd-refuses-a-result": "it needs the vector again",
            "training.sgd-refuses-odd-settings": "it needs the vector again",
            "zeroing.loop-of-means": "it needs the vector again",
            "zeroing.loop-with-zeroing": "it needs the vector again",
            "accumulation.loop-of-three": "it needs the vector again",
        },
    ),
    Mutant(
        "order-worked-out-once",
        "How many operations are walked is settled by the first graph that ends alike",
        (
            Edit(
                "autograd.py",
                _WALK,
                "    order = _newest_first(root)\n"
                '    end = getattr(root, "name", "")\n'
                "    for target in order[: _LENGTHS.setdefault(end, len(order))]:\n",
            ),
            Edit(
                "autograd.py",
                "\n\nclass Version:",
                "\n_LENGTHS: dict[str, int] = {}\n\n\nclass Version:",
            ),
        ),
        own=("backward.loops-and-branches",),
        others={
            "in-place.tracked-leaf-refused": "it walks several graphs in turn",
            "in-place.clone-is-independent": "it walks several graphs in turn",
            "in-place.change-is-recorded": "it walks several graphs in turn",
            "in-place.part-is-overwritten": "it walks several graphs in turn",
            "in-place.buffer-is-filled": "it walks several graphs in turn",
            "in-place.zeroing-cuts-the-way-back": "it walks several graphs in turn",
            "training.manual-update": "it walks several graphs in turn",
            "training.without-clearing": "it walks several graphs in turn",
            "training.learning-rate": "it walks several graphs in turn",
            "training.rebinding-loses-the-leaf": "it walks several graphs in turn",
            "training.batch-in-pieces": "it walks several graphs in turn",
            "training.gradient-descent-case": "it walks several graphs in turn",
            "training.converges-to-least-squares": "it walks several graphs in turn",
            "training.slope-and-intercept": "it walks several graphs in turn",
            "training.sgd-step": "it walks several graphs in turn",
            "training.sgd-keeps-the-leaf": "it walks several graphs in turn",
            "training.sgd-clears-all": "it walks several graphs in turn",
            "training.sgd-clears-to-none": "it walks several graphs in turn",
            "training.sgd-fits-a-line": "it walks several graphs in turn",
            "training.sgd-skips-what-has-no-gradient": "it walks several graphs in turn",
            "training.sgd-refuses-a-result": "it walks several graphs in turn",
            "training.sgd-refuses-odd-settings": "it walks several graphs in turn",
            "data.write-keeps-the-gradient": "it goes backward through several graphs",
            "zeroing.other-leaves-untouched": "it goes backward through several graphs",
            "accumulation.mean-then-sum": "it goes backward through several graphs",
        },
    ),
    Mutant(
        "sums-measured-by-differences",
        "The slope of a sum is measured: one term is moved a little, and the sums are subtracted",
        (
            Edit(
                "tensor.py",
                "        out = compute(function, *operands)\n",
                "        out = compute(function, *operands)\n"
                '        if name == "Add":\n'
                "            one, two = (each._array.astype(float) for each in operands)\n"
                "            slope = (one + 2**-10 + two - (one + two)) * 2**10\n"
                "            edges = [Edge(each, lambda g: g * slope) for each in operands]\n"
                "            return record(out, name, *edges)\n",
            ),
        ),
        own=("backward.exact-beside-a-large-number",),
        others=dict.fromkeys(
            (
                "kinks.log-at-zero",
                "kinks.reciprocal-at-zero",
                "kinks.division-by-zero",
                "kinks.rsqrt-at-zero",
                "kinks.exp-out-of-range",
            ),
            "one term of its sum is infinite",
        ),
    ),
    Mutant(
        "start-and-leaf-of-one-rank",
        "A start with dimensions reaches the leaves of as many dimensions alone",
        (
            Edit(
                "autograd.py",
                _ACCUMULATE,
                "        if seed.ndim in {0, cotangent.ndim} or cotangent.ndim < 2:\n    "
                + _ACCUMULATE,
            ),
        ),
        own=("backward.start-shape-is-free",),
    ),
    Mutant(
        "mean-not-divided",
        "The way back through a mean forgets to divide by the number of elements",
        (Edit("tensor.py", _MEAN, "lambda g: g"),),
        own=(
            "backward.mean-hands-on-one-nth",
            "training.mse-gradient",
        ),
        others={
            "operators.mean-grad": "it is about the same division",
        },
    ),
    Mutant(
        "mean-divided-by-rows",
        "The way back through a mean divides by the number of rows",
        (Edit("tensor.py", _MEAN, "lambda g: g / self.shape[0]"),),
        own=(
            "backward.mean-of-a-table",
            "accumulation.mean-then-sum",
        ),
        others={
            "operators.mean-grad": "it is about the same division",
            "operations.*": "a mean of a matrix is part of it",
        },
    ),
    Mutant(
        "mean-of-results-not-divided",
        "The way back through a mean divides only if the mean is one of leaves",
        (Edit("tensor.py", _MEAN, "lambda g: g / count if self.is_leaf else g"),),
        own=(
            "backward.mean-of-squares",
            "backward.mean-step-by-step",
            "backward.mean-of-a-table",
            "backward.mean-polynomial",
            "backward.mean-polynomial-anywhere",
            "backward.mean-is-a-weighted-sum",
        ),
        others={
            "training.mse-gradient": "the error is the mean of a result",
            "zeroing.loop-of-means": "its last operation is the mean of a result",
            "accumulation.mean-then-sum": "its last operation is the mean of a result",
            "operations.*": "a mean of a result is part of it",
        },
    ),
    Mutant(
        "misspelling-accepted",
        "A common misspelling of backward is kept as another name",
        (
            Edit(
                "tensor.py",
                "    def retain_grad(self)",
                "    backwards = backward\n\n    def retain_grad(self)",
            ),
        ),
        own=("backward.no-other-spelling",),
    ),
    Mutant(
        "hooks-called-at-the-end",
        "Hooks are called when the walk is over, the leaves' first",
        (
            Edit(
                "autograd.py", _HOOKS, "        late += [(h, cotangent) for h in target._hooks]\n"
            ),
            Edit("autograd.py", _WALK, "    late: list = []\n" + _WALK),
            Edit(
                "autograd.py",
                _END,
                _END + "    for hook, cotangent in reversed(late):\n        hook(cotangent)\n",
            ),
        ),
        own=("backward.from-output-to-leaves",),
    ),
)
