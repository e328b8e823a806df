"""Mutants that keep a graph too long, or not long enough."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_FREE = """\
            if edge.saved and not retain_graph:
                edge.saved = None
"""
_FREED = """\
            raise RuntimeError(
                "Trying to backward through the graph a second time: its saved values are freed. "
                "Specify retain_graph=True the first time."
            )
"""
_NODE = '        result.grad_fn = Node(f"{name}Backward0", needed)\n'
_START = "    cotangents = {root: seed}\n"

MUTANTS = (
    Mutant(
        "graph-stays-alive",
        "Nothing is ever freed, and a second backward adds its gradients again",
        (Edit("autograd.py", _FREE, ""),),
        own=(
            "lifetime.second-backward-raises",
            "lifetime.trunk-before-the-loop",
            "lifetime.refusal-names-the-way-out",
        ),
        others={
            "lifetime.retain-covers-one-call": "it waits for a refusal that never comes",
            "lifetime.refusal-adds-nothing": "it waits for a refusal that never comes",
        },
    ),
    Mutant(
        "every-node-used-up",
        "Backward marks every operation that it passes as used up, saved values or not",
        (Edit("autograd.py", "if edge.saved and not retain_graph", "if not retain_graph"),),
        own=("lifetime.unsaved-graph-again", "lifetime.unsaved-trunk-shared"),
    ),
    Mutant(
        "graph-cut-behind-backward",
        "Backward takes the graph apart, and a second one finds nothing to do",
        (
            Edit(
                "autograd.py",
                _FREE,
                "        if not retain_graph:\n            target.edges = ()\n",
            ),
        ),
        own=(
            "lifetime.second-backward-raises",
            "lifetime.never-a-wrong-number",
            "lifetime.two-losses-on-one-trunk",
            "lifetime.unsaved-graph-again",
            "lifetime.unsaved-trunk-shared",
        ),
        others={
            "lifetime.refusal-names-the-way-out": "it waits for a refusal that never comes",
            "lifetime.trunk-before-the-loop": "it waits for a refusal that never comes",
            "lifetime.retain-covers-one-call": "it waits for a refusal that never comes",
            "lifetime.refusal-adds-nothing": "it waits for a refusal that never comes",
        },
    ),
    Mutant(
        "retain-graph-ignored",
        "retain_graph=True is accepted, and the graph is freed all the same",
        (Edit("autograd.py", "if edge.saved and not retain_graph", "if edge.saved"),),
        own=("lifetime.retain-graph",),
    ),
    Mutant(
        "retain-graph-unknown",
        "backward does not know the keyword retain_graph",
        (
            Edit(
                "tensor.py",
                "gradient: Tensor | None = None, retain_graph: bool | None = None)",
                "gradient: Tensor | None = None)",
            ),
            Edit(
                "tensor.py",
                "seed.astype(self.dtype), retain_graph)",
                "seed.astype(self.dtype), None)",
            ),
        ),
        own=("lifetime.retain-graph",),
    ),
    Mutant(
        "retain-graph-inverted",
        "retain_graph=True frees the graph, and False keeps it",
        (Edit("autograd.py", "saved and not retain_graph", "saved and retain_graph"),),
        own=("lifetime.retain-graph", "lifetime.second-backward-raises"),
        others={
            "lifetime.refusal-names-the-way-out": "it waits for a refusal that never comes",
            "lifetime.trunk-before-the-loop": "it waits for a refusal that never comes",
            "lifetime.refusal-adds-nothing": "it waits for a refusal that never comes",
        },
    ),
    Mutant(
        "retain-graph-sticks",
        "retain_graph=True is stored on the graph and holds for good",
        (
            Edit("autograd.py", "class Edge:\n", "class Edge:\n    kept: object = False\n"),
            Edit(
                "autograd.py",
                _FREE,
                "            edge.kept = edge.kept or retain_graph\n"
                "            if edge.saved and not edge.kept:\n"
                "                edge.saved = None\n",
            ),
        ),
        own=("lifetime.retain-covers-one-call",),
    ),
    Mutant(
        "saved-values-hang-on-the-leaf",
        "What was saved for an input hangs on that input, so one backward frees it for all",
        (
            Edit(
                "autograd.py",
                "tuple(map(Saved, saved))\n",
                "tuple(map(Saved, saved))\n"
                '        self.users = source.__dict__.setdefault("users", [])\n'
                "        self.users.append(self)\n",
            ),
            Edit("autograd.py", _START, _START + "    spent = []\n"),
            Edit(
                "autograd.py",
                _FREE,
                "            if edge.saved and not retain_graph:\n"
                "                spent += edge.users\n"
                "    for edge in spent:\n"
                "        edge.saved = edge.saved and None\n",
            ),
        ),
        own=("lifetime.two-graphs-one-leaf",),
        others={
            "accumulation.two-losses-add-up": "its two graphs exist before the first backward",
            "zeroing.zero-in-place": "its two graphs exist before the first backward",
            "lifetime.unsaved-trunk-shared": "both losses saved their factor for the trunk",
        },
    ),
    Mutant(
        "results-cached-by-inputs",
        "A result is cached by its operands, and the freed graph comes back",
        (
            Edit(
                "tensor.py",
                "        return record(out, name, *edges)\n\n    return method\n",
                "        known = (name, *(o if o.requires_grad else str(o) for o in operands))\n"
                "        return _RESULTS.setdefault(known, record(out, name, *edges))\n\n"
                "    return method\n",
            ),
            Edit("tensor.py", "\n\ndef tensor(", "\n\n_RESULTS: dict = {}\n\n\ndef tensor("),
        ),
        own=("lifetime.new-forward-new-graph",),
        others={
            "accumulation.two-losses-add-up": "it computes the same product twice",
            "scale.graph-dies-with-its-result": "what is cached stays alive",
            "scale.values-freed-by-backward": "what is cached stays alive",
            "zeroing.loop-of-means": "its rounds compute the same again",
        },
    ),
    Mutant(
        "freed-values-read-as-zero",
        "A freed value counts as zero, and the second backward adds nothing",
        (Edit("autograd.py", _FREED, "            return np.zeros(self.shape, self.dtype)\n"),),
        own=(
            "lifetime.second-backward-raises",
            "lifetime.never-a-wrong-number",
            "lifetime.two-losses-on-one-trunk",
        ),
        others={
            "lifetime.refusal-names-the-way-out": "it waits for a refusal that never comes",
            "lifetime.trunk-before-the-loop": "it waits for a refusal that never comes",
            "lifetime.retain-covers-one-call": "it waits for a refusal that never comes",
            "lifetime.refusal-adds-nothing": "it waits for a refusal that never comes",
        },
    ),
    Mutant(
        "refused-too-late",
        "That the graph was walked before is found out once the leaves are written",
        (
            Edit("autograd.py", "class Edge:\n", "class Edge:\n    walked = False\n"),
            Edit("autograd.py", _START, _START + "    again = False\n"),
            Edit(
                "autograd.py",
                _FREE,
                "            if edge.saved and not retain_graph:\n"
                "                again, edge.walked = again or edge.walked, True\n"
                "    if again:\n"
                '        raise RuntimeError("Trying to backward a second time")\n',
            ),
        ),
        own=("lifetime.refusal-adds-nothing",),
    ),
    Mutant(
        "interior-gradients-kept",
        "Interior nodes keep the gradients of the last walk, and nothing is freed",
        (
            Edit("autograd.py", _FREE, ""),
            Edit(
                "autograd.py",
                "        cotangent = cotangents.pop(target)\n",
                "        cotangent = cotangents.pop(target)\n"
                "        if target.edges:\n"
                '            target.total = cotangent = cotangent + getattr(target, "total", 0)\n',
            ),
        ),
        own=(
            "lifetime.second-backward-raises",
            "lifetime.never-a-wrong-number",
            "lifetime.two-losses-on-one-trunk",
            "lifetime.unsaved-graph-again",
            "lifetime.unsaved-trunk-shared",
            "lifetime.retain-graph",
        ),
        others={
            "lifetime.refusal-names-the-way-out": "it waits for a refusal that never comes",
            "lifetime.trunk-before-the-loop": "it waits for a refusal that never comes",
            "lifetime.retain-covers-one-call": "the second backward counts the first one again",
            "lifetime.refusal-adds-nothing": "it waits for a refusal that never comes",
        },
    ),
    Mutant(
        "retaining-keeps-gradients",
        "retain_graph=True keeps the gradients of results as well",
        (
            Edit(
                "tensor.py",
                _NODE,
                _NODE + "        result.grad_fn.result = weakref.ref(result)\n",
            ),
            Edit(
                "autograd.py",
                "        target._accumulate(cotangent)\n",
                "        if retain_graph and target.edges and target.retainer is None:\n"
                "            target.retainer = target.result\n"
                "        target._accumulate(cotangent)\n",
            ),
        ),
        own=("lifetime.retaining-keeps-no-gradient",),
    ),
)
