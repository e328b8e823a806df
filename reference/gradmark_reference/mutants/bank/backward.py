"""Mutants whose walk back is wrong: the chain rule, the reach, the order, the depth."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_MUL = "np.multiply, lambda g, b: g * b, lambda g, a: g * a"
_EDGES = """\
        for edge in target.edges:
            pulled, known = edge.pull(cotangent), cotangents.get(edge.target)
"""
_COLLECT = "            cotangents[edge.target] = pulled if known is None"
_WAITING = "            waiting += [edge.target for edge in target.edges]\n"
_WALK = "        walk(self._target(), seed.astype(self.dtype), retain_graph)\n"
_UNTRACKED = """\
            raise RuntimeError("the tensor does not require grad and does not have a grad_fn")
"""
_STORE = "            self._grad = Tensor(cotangent.copy())\n"
_SIGNATURE = "def walk(root: Target, seed: Array, retain_graph: bool | None) -> None:\n"
_NODE = '        result.grad_fn = Node(f"{name}Backward0", needed)\n'
_FREE = "                edge.saved = None\n"
_NEWEST = "def _newest_first(root: Target) -> list[Target]:\n"

_LOOKS_BACK = dict.fromkeys(
    (
        "accumulation.diamond",
        "accumulation.short-and-long-path",
        "accumulation.long-path-written-last",
        "grad-mode.values-are-computed",
        "detach.blocks-the-gradient",
        "data.read-is-a-constant",
    ),
    "it reads the value of its result after backward",
)

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "operation-overwrites-shares",
        "An operation overwrites the shares that other operations gave to its inputs",
        (
            Edit(
                "autograd.py",
                _EDGES,
                "        fresh = {}\n"
                "        for edge in target.edges:\n"
                "            pulled, known = edge.pull(cotangent), fresh.get(edge.target)\n",
            ),
            Edit(
                "autograd.py",
                _COLLECT,
                _COLLECT.replace("cotangents[", "fresh[edge.target] = cotangents["),
            ),
        ),
        own=(
            "backward.scalar-polynomial",
            "accumulation.many-uses",
            "accumulation.diamond",
            "accumulation.short-and-long-path",
            "accumulation.long-path-written-last",
        ),
    ),
    Mutant(
        "product-forgets-what-arrives",
        "A product hands back its factors and forgets to multiply by what arrives",
        (
            Edit(
                "tensor.py",
                _MUL,
                "np.multiply, lambda g, b: b + 0 * g, lambda g, a: a + 0 * g",
            ),
        ),
        own=("backward.chain-rule",),
        others={
            "backward.two-stage-network": "its three factors are a chain of two products",
            "gradient-argument.weights-each-output": "the argument is what arrives at the product",
            "gradient-argument.equals-weighted-sum": "the argument is what arrives at the product",
            "gradient-argument.scales-one-element": "the argument arrives at the product",
            "accumulation.shares-are-not-shared-memory": "one of its products is inside another",
        },
    ),
    Mutant(
        "ones-arrive-everywhere",
        "Every operation hands back its own derivative as if ones had arrived",
        (
            Edit(
                "autograd.py",
                "self.vjp(cotangent, *values)",
                "self.vjp(np.ones_like(cotangent), *values)",
            ),
        ),
        own=(
            "operators.add-grad",
            "operators.sub-grad",
            "operators.neg-grad",
            "operators.div-grad",
            "operators.pow-grad",
            "operators.sum-times-weight",
        ),
        others={
            "backward.two-stage-network": "the minus of its difference does not reach the factors",
            "gradient-argument.weights-each-output": "the argument is what ought to arrive",
            "gradient-argument.equals-weighted-sum": "the argument is what ought to arrive",
            "gradient-argument.scales-one-element": "the argument is what ought to arrive",
        },
    ),
    Mutant(
        "four-operations-deep",
        "Backward goes no further than four operations deep",
        (
            Edit("autograd.py", "    waiting = [root]\n", "    waiting = [(root, 0)]\n"),
            Edit(
                "autograd.py",
                "        target = waiting.pop()\n        if target not in found:\n",
                "        target, depth = waiting.pop()\n"
                "        if target not in found and depth < 5:\n",
            ),
            Edit(
                "autograd.py",
                _WAITING,
                "            waiting += [(edge.target, depth + 1) for edge in target.edges]\n",
            ),
        ),
        own=("backward.all-partials",),
        others={
            "backward.two-stage-network": "the signal lies six operations below the loss",
            "backward.long-chain": "the leaf lies more than a thousand operations deep",
            "backward.tower-of-diamonds": "the leaf lies forty operations deep",
            "accumulation.long-path-written-last": "the long path is too long",
            "accumulation.loop-of-three": "the square lies five operations below the loss",
            "zeroing.loop-with-zeroing": "the square lies five operations below the loss",
            "grad-mode.set-grad-enabled": "the first of its many terms lies five operations deep",
        },
    ),
    Mutant(
        "rules-meant-for-tracked-inputs",
        "The rules of an operation are dealt out to its tracked inputs alone, from the left",
        (
            Edit(
                "tensor.py",
                "in zip(operands, rules, strict=False)",
                "in zip([o for o in operands if o.requires_grad], rules, strict=False)",
            ),
        ),
        own=("backward.two-stage-network",),
        others={
            "operators.number-on-the-left": "the number is an untracked first input",
            "operators.number-minus-value": "the number is an untracked first input",
            "operators.number-over-value": "the number is an untracked first input",
            "leaf.only-tracked-leaves-get-grad": "its constant is an untracked first input",
        },
    ),
    Mutant(
        "matrix-rule-for-products",
        "The backward of an elementwise product of matrices uses the matrix product",
        (
            Edit(
                "tensor.py",
                _MUL,
                "np.multiply,\n"
                "        lambda g, b: g @ b.T if g.ndim == b.ndim == 2 else g * b,\n"
                "        lambda g, a: a.T @ g if g.ndim == a.ndim == 2 else g * a,\n"
                "    ",
            ),
        ),
        own=("backward.two-stage-network",),
        others={
            "gradient-argument.shape-must-match": "its result is a product of matrices",
            "leaf.grad-has-the-leafs-shape": "its leaf is a matrix of one column",
        },
    ),
    Mutant(
        "start-written-into-result",
        "The starting gradient is written into the memory of the result",
        (
            Edit(
                "tensor.py",
                _WALK,
                "        self._array[...] = seed\n" + _WALK,
            ),
        ),
        own=("backward.values-are-not-disturbed",),
        others=_LOOKS_BACK,
    ),
    Mutant(
        "interior-values-freed",
        "Backward wipes the values of the graph along with what was saved",
        (
            Edit("tensor.py", _NODE, _NODE + "        result.grad_fn.memory = result._array\n"),
            Edit(
                "autograd.py",
                _FREE,
                _FREE + "        if target.edges and not retain_graph:\n"
                "            target.memory[...] = 0\n",
            ),
        ),
        own=("backward.values-are-not-disturbed",),
        others=_LOOKS_BACK,
    ),
    Mutant(
        "backward-returns-gradient",
        "Backward returns the gradient that it started from",
        (Edit("tensor.py", _WALK, _WALK + "        return Tensor(seed)\n"),),
        own=("backward.returns-nothing",),
    ),
    Mutant(
        "backward-returns-self",
        "Backward returns the tensor that it was called on",
        (Edit("tensor.py", _WALK, _WALK + "        return self\n"),),
        own=("backward.returns-nothing",),
    ),
    Mutant(
        "untracked-backward-silent",
        "Backward of an untracked result returns as if all were well",
        (Edit("tensor.py", _UNTRACKED, "            return\n"),),
        own=("backward.untracked-refused",),
        others={
            "grad-mode.backward-of-untracked-refused": "the same refusal under no_grad",
        },
    ),
    Mutant(
        "recursive-order",
        "The graph is sorted by a function that calls itself",
        (
            Edit(
                "autograd.py",
                _NEWEST,
                "def _visit(target: Target, found: dict) -> dict:\n"
                "    if target not in found:\n"
                "        found[target] = None\n"
                "        for edge in target.edges:\n"
                "            _visit(edge.target, found)\n"
                "    return found\n\n\n" + _NEWEST,
            ),
            Edit("autograd.py", "    return sorted(found,", "    return sorted(_visit(root, {}),"),
        ),
        own=("backward.long-chain",),
    ),
    Mutant(
        "every-path-walked",
        "Backward walks every path to the leaves by itself",
        (
            Edit(
                "autograd.py",
                _SIGNATURE,
                "def walk(root: Target, seed: Array, retain_graph: bool | None) -> None:\n"
                "    paths = [(root, seed)]\n"
                "    while paths:\n"
                "        target, cotangent = paths.pop()\n"
                "        target._accumulate(cotangent)\n"
                "        paths += [(edge.target, edge.pull(cotangent)) for edge in target.edges]\n"
                "    for target in _newest_first(root):\n"
                "        for edge in target.edges:\n"
                "            if edge.saved and not retain_graph:\n"
                "                edge.saved = None\n\n\n"
                + _SIGNATURE.replace("def walk", "def _walk"),
            ),
        ),
        own=("backward.tower-of-diamonds",),
    ),
)
