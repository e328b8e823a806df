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
            "backward.polynomial-at-one",
            "backward.points-uphill",
        ),
        others={
            "zeroing.loop-of-means": "x² + 2x reaches its leaf over a short and a long way",
            "accumulation.three-terms-one-cotangent": "its leaves are reached over a short and a "
            "long way",
        },
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
            "operators.broadcast-grad": "its products are weighed again",
            "operators.network-forward": "its products are weighed again",
            "zeroing.loop-of-means": "a product stands in its middle",
            "accumulation.mean-then-sum": "a product stands in its middle",
            "accumulation.network-then-square": "a product stands in its middle",
            "backward.two-stage-network": "its three factors are a chain of two products",
            "gradient-argument.weights-each-output": "the argument is what arrives at the product",
            "gradient-argument.equals-weighted-sum": "the argument is what arrives at the product",
            "gradient-argument.scales-one-element": "the argument arrives at the product",
            "accumulation.shares-are-not-shared-memory": "one of its products is inside another",
            "operations.*": "a product stands in its middle",
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
            "accumulation.network-then-square": "its weights are not ones",
            "backward.two-stage-network": "the minus of its difference does not reach the factors",
            "gradient-argument.weights-each-output": "the argument is what ought to arrive",
            "gradient-argument.equals-weighted-sum": "the argument is what ought to arrive",
            "gradient-argument.scales-one-element": "the argument is what ought to arrive",
            "operations.*": "what arrives at it is weighted",
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
        own=(
            "backward.all-partials",
            "scale.deep-products",
        ),
        others={
            "training.gradient-descent-case": "its loss lies more than four operations deep",
            "operators.network-forward": "its leaf lies more than four operations deep",
            "backward.polynomial-at-one": "a leaf lies too deep",
            "backward.only-marked": "a leaf lies too deep",
            "backward.operand-unchanged": "a leaf lies too deep",
            "backward.loops-and-branches": "a leaf lies too deep",
            "backward.slope-of-a-curve": "a leaf lies too deep",
            "backward.mean-hands-on-one-nth": "a leaf lies too deep",
            "backward.mean-of-squares": "a leaf lies too deep",
            "backward.mean-step-by-step": "a leaf lies too deep",
            "backward.mean-of-a-table": "a leaf lies too deep",
            "backward.mean-polynomial": "a leaf lies too deep",
            "backward.mean-polynomial-anywhere": "a leaf lies too deep",
            "backward.mean-is-a-weighted-sum": "a leaf lies too deep",
            "gradient-argument.vector-of-one": "a leaf lies too deep",
            "gradient-argument.one-is-the-default": "a leaf lies too deep",
            "gradient-argument.ones-for-a-polynomial": "a leaf lies too deep",
            "gradient-argument.eleven-doublings": "a leaf lies too deep",
            "gradient-argument.through-a-view": "a leaf lies too deep",
            "gradient-argument.ones-do-what-a-sum-does": "a leaf lies too deep",
            "lifetime.trunk-before-the-loop": "a leaf lies too deep",
            "lifetime.retaining-keeps-no-gradient": "a leaf lies too deep",
            "scale.ten-thousand-additions": "a leaf lies too deep",
            "scale.sixty-diamonds": "a leaf lies too deep",
            "scale.wide-fan-out": "a leaf lies too deep",
            "scale.layers-of-many-uses": "a leaf lies too deep",
            "scale.wide-fan-in": "a leaf lies too deep",
            "zeroing.loop-of-means": "its leaf lies more than four operations below",
            "accumulation.three-terms-one-cotangent": "its leaf lies more than four operations "
            "below",
            "accumulation.mean-then-sum": "its leaf lies more than four operations below",
            "detach.value-of-one-slope-of-another": "its loss is more than four operations away",
            "in-place.clone-is-independent": "its loss is more than four operations away",
            "in-place.change-is-recorded": "its loss is more than four operations away",
            "in-place.buffer-is-filled": "its loss is more than four operations away",
            "in-place.saved-result-and-saved-input": "its loss is more than four operations away",
            "training.mse-gradient": "its loss is more than four operations away",
            "training.one-weight-for-all-points": "its loss is more than four operations away",
            "training.converges-to-least-squares": "its loss is more than four operations away",
            "training.sgd-fits-a-line": "its loss is more than four operations away",
            "leaf.new-node-for-a-trivial-result": "its leaf lies four operations below",
            "leaf.one-of-four-gets-a-gradient": "its leaf lies four operations below",
            "backward.two-stage-network": "the signal lies six operations below the loss",
            "backward.long-chain": "the leaf lies more than a thousand operations deep",
            "backward.tower-of-diamonds": "the leaf lies forty operations deep",
            "accumulation.long-path-written-last": "the long path is too long",
            "accumulation.loop-of-three": "the square lies five operations below the loss",
            "zeroing.loop-with-zeroing": "the square lies five operations below the loss",
            "grad-mode.set-grad-enabled": "the first of its many terms lies five operations deep",
            "operations.*": "its graph is more than four operations deep",
            "kinks.*": "its graph is more than four operations deep",
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
            "operations.*": "one of its operands is a constant",
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
        own=(
            "backward.two-stage-network",
            "gradient-argument.start-at-an-intermediate",
        ),
        others={
            "operators.view-grad": "its weights are a matrix",
            "operators.broadcast-grad": "its weights are a matrix",
            "operators.network-forward": "its activations are a matrix",
            "backward.start-shape-is-free": "it multiplies matrices",
            "backward.mean-of-a-table": "it multiplies matrices",
            "gradient-argument.through-a-view": "it multiplies matrices",
            "gradient-argument.ones-do-what-a-sum-does": "it multiplies matrices",
            "gradient-argument.own-derivative-is-one": "it multiplies matrices",
            "gradient-argument.never-a-full-jacobian": "it multiplies matrices",
            "accumulation.mean-then-sum": "its leaf is a matrix",
            "accumulation.network-then-square": "its leaf is a matrix",
            "in-place.row-filled-with-one-value": "it multiplies two tables",
            "leaf.only-recording-makes-history": "its leaf is a matrix",
            "leaf.shape-of-every-rank": "one of its leaves is a matrix",
            "gradient-argument.shape-must-match": "its result is a product of matrices",
            "leaf.grad-has-the-leafs-shape": "its leaf is a matrix of one column",
            "operations.*": "its weights are multiplied as if they were matrices",
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
        others={
            "detach.cut-between-rounds": "the state that is carried on is the result that was "
            "written",
            **_LOOKS_BACK,
            "data.write-into-a-result": "its start is the result itself",
        },
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
        own=(
            "backward.values-are-not-disturbed",
            "lifetime.all-can-be-used-again",
        ),
        others={
            "operators.mean-grad": "values inside of its graph are needed for the way back",
            "operators.network-forward": "values inside of its graph are needed for the way back",
            "kinks.*": "values inside of its graph are needed for the way back",
            "gradient-argument.ones-for-a-polynomial": "it reads its result after backward",
            "gradient-argument.eleven-doublings": "it reads the value of its result after backward",
            "gradient-argument.through-a-view": "it reads the value of its result after backward",
            "detach.cut-between-rounds": "the state that is carried on is a result whose numbers "
            "were freed",
            **_LOOKS_BACK,
            "data.write-into-a-result": "it looks into the middle of the graph",
            "data.no-history-even-of-a-result": "it looks into the middle of the graph",
            "operations.*": "values inside of its graph are needed for the way back",
        },
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
        own=(
            "backward.untracked-refused",
            "grad-mode.left-switched-off",
        ),
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
        own=(
            "backward.long-chain",
            "scale.ten-thousand-additions",
            "scale.wide-fan-out",
        ),
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
        own=(
            "backward.tower-of-diamonds",
            "scale.sixty-diamonds",
            "scale.layers-of-many-uses",
        ),
        others={
            "backward.from-output-to-leaves": "this walk calls no hooks",
            "gradient-argument.none-is-the-default": "this walk calls no hooks",
            "leaf.gradient-passes-through": "walking so calls no hooks",
        },
    ),
)
