"""Mutants that share a gradient's memory, or store what they must not."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_STORE = """\
        if self._grad is None:
            self._grad = Tensor(cotangent.copy())
        else:
            self._grad._array += cotangent
            self._grad._counter.count += 1
"""
_SET = "        self._grad = value\n"
_KEPT = Edit("tensor.py", _STORE, _STORE.replace("cotangent.copy()", "cotangent"))
_OPERANDS = "        operands = [self, *(lift(other, self) for other in others)]\n"
_PULL = "        values = [saved.unpack() for saved in self.saved]\n"
_PULLED = "        return _sum_to(pulled, self.shape).astype(self.dtype, copy=False)\n"
_MISFIT = (
    '            raise RuntimeError("assigned grad must have the tensor\'s own size and dtype")\n'
)

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "difference-with-itself-is-zero",
        "x - x is 0 at once, and not computed from x",
        (
            Edit(
                "tensor.py",
                _OPERANDS,
                '        if name == "Sub" and others[0] is self:\n'
                "            return Tensor(np.zeros_like(self._array))\n" + _OPERANDS,
            ),
        ),
        own=("accumulation.cancelling-shares",),
    ),
    Mutant(
        "given-gradient-becomes-grad",
        "The gradient handed to backward is stored in the leaf as it is",
        (
            _KEPT,
            Edit(
                "tensor.py",
                "walk(self._target(), seed.astype(self.dtype), retain_graph)",
                "walk(self._target(), seed.astype(self.dtype, copy=False), retain_graph)",
            ),
        ),
        own=(
            "accumulation.given-gradient-is-not-kept",
            "leaf.retained-gradient-is-its-own",
            "accumulation.shares-are-not-shared-memory",
        ),
        others={
            "lifetime.unsaved-trunk-shared": "the leaf and its twin share one array",
            "lifetime.unsaved-graph-again": "the leaf and its twin share one array",
            "zeroing.loop-of-means": "what a mean hands on is stored, and cannot be written into",
            "zeroing.other-leaves-untouched": "what is handed on is stored in several leaves",
        },
    ),
    Mutant(
        "edges-keep-what-they-pulled",
        "An edge keeps the array that it handed on, and hands it on again",
        (
            _KEPT,
            Edit(
                "autograd.py",
                _PULL,
                '        if np.array_equal(self.__dict__.get("came"), cotangent):\n'
                "            return self.kept\n"
                "        self.came = cotangent.copy()\n" + _PULL,
            ),
            Edit(
                "autograd.py",
                _PULLED,
                _PULLED.replace("return", "self.kept =").replace(", copy=False", "")
                + "        return self.kept\n",
            ),
        ),
        own=("accumulation.cleared-gradient-reaches-no-graph",),
    ),
    Mutant(
        "each-sum-is-a-new-tensor",
        "Adding to a gradient makes a new tensor",
        (
            Edit(
                "tensor.py",
                _STORE,
                "        before = self._grad._array if self._grad is not None else 0\n"
                "        self._grad = Tensor(before + cotangent)\n",
            ),
        ),
        own=("accumulation.adds-in-place",),
    ),
    Mutant(
        "any-gradient-assigned",
        ".grad takes tensors of any shape",
        (Edit("tensor.py", _MISFIT, "            pass\n"),),
        own=("accumulation.assigned-gradient-has-to-fit",),
    ),
    Mutant(
        "untracked-takes-no-gradient",
        "A gradient that is assigned to an untracked tensor is dropped",
        (Edit("tensor.py", _SET, "        self._grad = value if self.requires_grad else None\n"),),
        own=("accumulation.untracked-tensor-keeps-an-assigned-grad",),
    ),
    Mutant(
        "product-clears-its-factors",
        "A product clears the gradients of its factors, to have them ready",
        (
            Edit(
                "tensor.py",
                "    needed = tuple(edge for edge in edges if edge.requires_grad)\n",
                "    needed = tuple(edge for edge in edges if edge.requires_grad)\n"
                "    for edge in needed if name == 'Mul' else ():\n"
                "        edge.target._grad = None\n",
            ),
        ),
        own=(
            "zeroing.forward-does-not-clear",
            "accumulation.second-graph-adds",
        ),
        others={
            "accumulation.two-losses-add-up": "a later product clears what was there",
            "training.batch-in-pieces": "a later product clears what was there",
            "zeroing.cleared-leaf-starts-anew": "a later product clears what was there",
            "accumulation.adds-in-place": "a later product clears what was there",
            "accumulation.assigned-gradient-is-added-to": "a later product clears what was there",
            "accumulation.weighted-rounds": "a later product clears what was there",
            "accumulation.loop-of-three": "a later product clears what was there",
            "gradient-argument.vector-refused": "a later product clears what was there",
        },
    ),
    Mutant(
        "data-write-clears-the-gradient",
        "A leaf whose .data was written has no gradient any more",
        (
            Edit(
                "tensor.py",
                "        self._array = value._array\n",
                "        self._array, self._grad = value._array, None\n",
            ),
        ),
        own=("data.write-keeps-the-gradient",),
    ),
    Mutant(
        "data-write-cuts-the-way-back",
        "A result whose .data was written is a leaf",
        (
            Edit(
                "tensor.py",
                "        self._array = value._array\n",
                "        self._array, self._requires_grad = value._array, self.requires_grad\n"
                "        self.grad_fn = None\n",
            ),
        ),
        own=("data.write-into-a-result",),
    ),
)
