"""Mutants that do well on small graphs."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_NEWEST = "def _newest_first(root: Target) -> list[Target]:\n"
_SORTED = "    return sorted(found, key=lambda target: target.sequence, reverse=True)\n"
_EDGE = "        self.target, self.requires_grad = source._target(), source.requires_grad\n"
_NODE = '        result.grad_fn = Node(f"{name}Backward0", needed)\n'
_ADDED = "            self._grad._array += cotangent\n"

MUTANTS = (
    Mutant(
        "recursion-limit-raised",
        "The graph is sorted by a function that calls itself, with a higher recursion limit",
        (
            Edit(
                "autograd.py",
                _NEWEST,
                "def _visit(target: Target, found: dict) -> None:\n"
                "    if target not in found:\n"
                "        found[target] = None\n"
                "        for edge in target.edges:\n"
                "            _visit(edge.target, found)\n\n\n" + _NEWEST,
            ),
            Edit("autograd.py", "    waiting = [root]\n", "    waiting: list[Target] = []\n"),
            Edit(
                "autograd.py",
                _SORTED,
                "    before = sys.getrecursionlimit()\n"
                "    sys.setrecursionlimit(5_000)\n"
                "    try:\n"
                "        _visit(root, found)\n"
                "    finally:\n"
                "        sys.setrecursionlimit(before)\n" + _SORTED,
            ),
            Edit("autograd.py", "import itertools\n", "import itertools\nimport sys\n"),
        ),
        own=("scale.ten-thousand-additions",),
    ),
    Mutant(
        "work-list-of-fifty",
        "The list of what is still to be visited holds fifty and drops the oldest",
        (
            Edit(
                "autograd.py",
                "    waiting = [root]\n",
                "    waiting = collections.deque([root], maxlen=50)\n",
            ),
            Edit("autograd.py", "import itertools\n", "import collections\nimport itertools\n"),
        ),
        own=("scale.wide-fan-in",),
        others={
            "scale.sixty-diamonds": "sixty levels wait in its list",
        },
    ),
    Mutant(
        "added-up-in-half-precision",
        "Gradients are added up in half precision",
        (
            Edit(
                "tensor.py",
                _ADDED,
                _ADDED + "            self._grad._array[...] = self._grad._array.astype(np.half)\n",
            ),
        ),
        own=("scale.many-rounds",),
        others={
            "training.batch-in-pieces": "its sums need more than half precision",
            "zeroing.loop-of-means": "thirds are too fine for half precision",
        },
    ),
    Mutant(
        "tape-never-emptied",
        "Every result is written on a tape that nobody empties",
        (
            Edit("tensor.py", _NODE, _NODE + "        _TAPE.append(result)\n"),
            Edit("tensor.py", "\n\ndef tensor(", "\n\n_TAPE: list = []\n\n\ndef tensor("),
        ),
        own=("scale.graph-dies-with-its-result",),
        others={
            "scale.values-freed-by-backward": "the tape holds the middle as well",
        },
    ),
    Mutant(
        "result-keeps-its-inputs",
        "A result keeps its inputs for as long as it lives",
        (Edit("autograd.py", _EDGE, _EDGE + "        self.source = source\n"),),
        own=("scale.values-freed-by-backward",),
    ),
)
