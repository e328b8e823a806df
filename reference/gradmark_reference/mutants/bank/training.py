"""Mutants that train astray: a mean, an update or an optimizer that does not do its part."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_WRITE = "        self._array[...] = after._array\n"
_STEP = "                    param.sub_(param.grad * self.lr)\n"
_SKIP = "                if param.grad is not None:\n" + _STEP
_EMPTY = """\
        if not self.params:
            raise ValueError("optimizer got an empty parameter list")
"""
_LEAVES = """\
        if not all(param.is_leaf for param in self.params):
            raise ValueError("can't optimize a non-leaf Tensor")
"""
_CLEAR = "            if set_to_none:\n"

MUTANTS = (
    Mutant(
        "updates-in-half-precision",
        "Changes in place are rounded to half precision",
        (
            Edit(
                "tensor.py",
                _WRITE,
                "        self._array[...] = after._array.astype(np.float16)\n",
            ),
        ),
        own=(
            "training.gradient-descent-case",
            "training.converges-to-least-squares",
            "training.slope-and-intercept",
        ),
        others={
            "in-place.chain-of-changes": "its numbers need more digits than half precision has",
            "training.sgd-step": "its numbers need more digits than half precision has",
            "training.sgd-fits-a-line": "its numbers need more digits than half precision has",
        },
    ),
    Mutant(
        "updates-stop-at-zero",
        "An update can't carry a weight past zero",
        (
            Edit(
                "tensor.py",
                _WRITE,
                "        if self._requires_grad:\n"
                "            after._array[after._array * self._array < 0] = 0\n" + _WRITE,
            ),
        ),
        own=("training.learning-rate", "training.without-clearing"),
        others={
            "training.sgd-skips-what-has-no-gradient": "its step goes past zero",
        },
    ),
    Mutant(
        "update-clears-the-gradient",
        "An update of a leaf clears its gradient",
        (Edit("tensor.py", _WRITE, _WRITE + "        self._grad = None\n"),),
        own=(
            "training.without-clearing",
            "training.sgd-keeps-the-leaf",
            "accumulation.stale-gradient-in-loop",
        ),
        others={
            "grad-mode.update-under-no-grad": "the gradient is read after an update",
        },
    ),
    Mutant(
        "step-makes-a-leaf",
        "A leaf minus a constant is taken for an update, and makes a leaf",
        (
            Edit(
                "tensor.py",
                "        return record(out, name, *edges)\n\n    return method\n",
                '        if name == "Sub" and self._requires_grad and others[0] is operands[1]:\n'
                "            if not operands[1].requires_grad:\n"
                "                return Tensor(out._array, True)\n"
                "        return record(out, name, *edges)\n\n    return method\n",
            ),
        ),
        own=("training.rebinding-loses-the-leaf",),
    ),
    Mutant(
        "item-of-numpy",
        "item gives NumPy's number instead of Python's",
        (
            Edit(
                "tensor.py",
                "        return self._array.item()\n",
                "        return self._array.reshape(-1)[0]\n",
            ),
        ),
        own=("training.numbers-for-the-log",),
    ),
    Mutant(
        "sgd-climbs",
        "SGD's step goes uphill",
        (Edit("optim.py", _STEP, _STEP.replace("sub_", "add_")),),
        own=("training.sgd-step", "training.sgd-fits-a-line"),
        others={
            "training.sgd-keeps-the-leaf": "it looks at a weight after a step",
            "training.sgd-skips-what-has-no-gradient": "it looks at a weight after a step",
            "training.sgd-refuses-a-result": "it looks at a weight after a step",
            "training.sgd-refuses-odd-settings": "it looks at a weight after a step",
        },
    ),
    Mutant(
        "sgd-divides",
        "SGD's step is divided by the number of elements",
        (Edit("optim.py", _STEP, _STEP.replace("self.lr", "(self.lr / param.numel())")),),
        own=("training.sgd-step",),
        others={
            "training.sgd-keeps-the-leaf": "it looks at a weight after a step",
            "training.sgd-skips-what-has-no-gradient": "it looks at a weight after a step",
            "training.sgd-refuses-a-result": "it looks at a weight after a step",
            "training.sgd-refuses-odd-settings": "it looks at a weight after a step",
        },
    ),
    Mutant(
        "sgd-trains-copies",
        "SGD holds copies of the weights and moves those",
        (
            Edit(
                "optim.py",
                _SKIP,
                "                pass\n            self.params = "
                "[p if p.grad is None else p - p.grad * self.lr for p in self.params]\n",
            ),
        ),
        own=("training.sgd-step", "training.sgd-keeps-the-leaf", "training.sgd-fits-a-line"),
        others={
            "training.sgd-skips-what-has-no-gradient": "it looks at a weight after a step",
            "training.sgd-refuses-a-result": "it looks at a weight after a step",
            "training.sgd-refuses-odd-settings": "it looks at a weight after a step",
        },
    ),
    Mutant(
        "sgd-clears-after-the-step",
        "SGD's step clears the gradients that it used",
        (Edit("optim.py", _STEP, _STEP + "                    param.grad = None\n"),),
        own=("training.sgd-keeps-the-leaf",),
    ),
    Mutant(
        "sgd-clears-the-first",
        "zero_grad clears the first weight alone",
        (
            Edit(
                "optim.py",
                "        for param in self.params:\n" + _CLEAR,
                "        for param in self.params[:1]:\n" + _CLEAR,
            ),
        ),
        own=("training.sgd-clears-all",),
    ),
    Mutant(
        "sgd-clears-to-zeros",
        "zero_grad leaves zeros by default, as it once did",
        (Edit("optim.py", "set_to_none: bool = True", "set_to_none: bool = False"),),
        own=("training.sgd-clears-to-none",),
    ),
    Mutant(
        "sgd-stops-at-none",
        "SGD's step ends at the first weight without a gradient",
        (
            Edit(
                "optim.py",
                _SKIP,
                "                if param.grad is None:\n                    break\n"
                "                param.sub_(param.grad * self.lr)\n",
            ),
        ),
        own=("training.sgd-skips-what-has-no-gradient",),
    ),
    Mutant(
        "sgd-takes-results",
        "SGD takes a result for a weight",
        (Edit("optim.py", _LEAVES, ""),),
        own=("training.sgd-refuses-a-result",),
    ),
    Mutant(
        "sgd-takes-nothing",
        "SGD takes an empty list of weights",
        (Edit("optim.py", _EMPTY, ""),),
        own=("training.sgd-refuses-odd-settings",),
    ),
)
