"""Mutants that move elements one way and lead their gradients another."""

from gradmark_reference.mutants.mutant import Edit, Mutant


def _slip(
    name: str,
    title: str,
    old: str,
    new: str,
    *own: str,
    file: str = "shapes.py",
    others: dict[str, str] | None = None,
) -> Mutant:
    ids = tuple(f"operations.{slug}" for slug in own)
    return Mutant(name, title, (Edit(file, old, new),), ids, others or {})


_RESHAPED = '"Reshape", Edge(self, lambda g: g.reshape(shape)))'
_TURNED = "lambda g: g.swapaxes(dim0, dim1)"
_T = '"T", Edge(self, lambda g: g.T))'
_PARTS = "lambda g: np.split(g, offsets, dim)[index]"
_CUT = "    return self[(slice(None),) * (dim % self.dim()) + (slice(start, start + length),)]\n"

MUTANTS: tuple[Mutant, ...] = (
    _slip(
        "reshape-transposes-back",
        "The gradient of a reshaped matrix is transposed into place instead of reshaped",
        _RESHAPED,
        '"Reshape", Edge(self, lambda g: g.T.reshape(shape)))',
        "reshape",
        file="tensor.py",
        others={
            "operators.view-grad": "view is another name for reshape",
            "gradient-argument.through-a-view": "view is another name for reshape",
            "operations.flatten-from-dim": "it is a reshape whose lengths are worked out",
            "operations.unsqueeze": "it is a reshape with one more axis",
            "operations.cumprod": "it puts in an axis by a reshape",
        },
    ),
    _slip(
        "minus-one-is-no-length",
        "A reshape to one axis takes -1 literally, and refuses it",
        "        out, shape = self._view(self._array.reshape(sizes_of(sizes))), self.shape\n",
        "        if sizes == (-1,):\n"
        '            raise ValueError("a length below 0")\n'
        "        out, shape = self._view(self._array.reshape(sizes_of(sizes))), self.shape\n",
        "reshape-minus-one",
        file="tensor.py",
    ),
    _slip(
        "reshape-back-asks-for-the-rest",
        "The way back of a reshape leaves the last length to be worked out",
        _RESHAPED,
        '"Reshape", Edge(self, lambda g: g.reshape((*shape[:-1], -1) if shape else shape)))',
        "reshape-zero-size",
        file="tensor.py",
    ),
    _slip(
        "flatten-cut-into-columns",
        "The gradient of a flattened tensor is cut into columns instead of rows",
        "    return self.reshape(*shape[:start], prod(shape[start:stop]), *shape[stop:])\n",
        "    out = Tensor(self._array.reshape(*shape[:start], prod(shape[start:stop]), "
        "*shape[stop:]))\n"
        '    return record(out, "Flatten", Edge(self, lambda g: g.reshape(shape[::-1]).T))\n',
        "flatten",
        others={"operations.prod": "the model flattens before it multiplies"},
    ),
    _slip(
        "flatten-from-the-front",
        "Flatten ignores the axis that it is to start from",
        "    start, stop = start_dim % len(shape), end_dim % len(shape) + 1\n",
        "    start, stop = 0, end_dim % len(shape) + 1\n",
        "flatten-from-dim",
    ),
    _slip(
        "squeeze-takes-one",
        "Squeeze takes the first axis of length 1 only",
        "given = range(self.dim()) if dim is None else",
        "given = (self.shape.index(1),) if dim is None else",
        "squeeze",
    ),
    _slip(
        "squeeze-takes-all",
        "Squeeze of one axis takes all axes of length 1",
        "given = range(self.dim()) if dim is None else dim if isinstance(dim, tuple) else (dim,)",
        "given = range(self.dim())",
        "squeeze-dim",
    ),
    _slip(
        "unsqueeze-in-front",
        "Unsqueeze puts the new axis in front whatever it is asked for",
        "    place = dim % (self.dim() + 1)\n",
        "    place = 0\n",
        "unsqueeze",
        "stack-last-dim",
        "cumprod",
    ),
    _slip(
        "unsqueeze-counts-the-old-axes",
        "Unsqueeze counts a negative place in the old shape",
        "    place = dim % (self.dim() + 1)\n",
        "    place = dim % self.dim() if self.dim() else 0\n",
        "unsqueeze-last",
        others={
            "operations.stack-last-dim": "its new axis is counted in the old shape as well",
            "operations.cumprod": "it counts an axis from the end",
        },
    ),
    _slip(
        "transpose-reshapes-back",
        "The gradient of a transposed matrix is reshaped to the old shape",
        _TURNED,
        "lambda g: g.reshape(g.swapaxes(dim0, dim1).shape)",
        "transpose",
        file="tensor.py",
    ),
    _slip(
        "transpose-last-two-back",
        "The way back swaps the last two axes, whichever were swapped",
        _TURNED,
        "lambda g: g.swapaxes(-1, -2)",
        "transpose-three-axes",
        file="tensor.py",
        others={"operations.cumprod": "it turns its axis to the end and back"},
    ),
    _slip(
        "permute-twice",
        "The order of a permutation is applied again on the way back",
        "lambda g: g.transpose(np.argsort(order))",
        "lambda g: g.transpose(order)",
        "permute",
        others={
            "operations.movedim": "it is a permute of three axes",
        },
    ),
    _slip(
        "t-arrives-turned",
        "The gradient of t() is reshaped and not turned",
        _T,
        '"T", Edge(self, lambda g: g.reshape(g.T.shape)))',
        "t",
        file="tensor.py",
        others={"operations.linear": "its weight is turned by t()"},
    ),
    _slip(
        "t-property-leaves-the-graph",
        "T is a view outside of the graph",
        "    T = property(t)\n",
        "    T = property(lambda self: self.detach().t())\n",
        "t-property",
        file="tensor.py",
    ),
    _slip(
        "expand-pays-one-copy",
        "Of several copies' gradients, expand hands back the first",
        '        self._view(np.broadcast_to(self._array, shape)), "Expand", '
        "Edge(self, lambda g: g)\n",
        '        self._view(np.broadcast_to(self._array, shape)),\n        "Expand",\n'
        "        Edge(self, lambda g: g[:1] if len(g) > 1 == old[0] else g),\n",
        "expand",
    ),
    _slip(
        "expand-new-axis-averaged",
        "Over an axis that expand has put in front, the gradients are averaged",
        '        self._view(np.broadcast_to(self._array, shape)), "Expand", '
        "Edge(self, lambda g: g)\n",
        '        self._view(np.broadcast_to(self._array, shape)),\n        "Expand",\n'
        "        Edge(self, lambda g: g / len(g) if g.ndim > self.dim() else g),\n",
        "expand-new-dim",
    ),
    _slip(
        "expand-takes-minus-one-literally",
        "Expand takes -1 for the length 1 instead of the old length",
        "length if size == -1 else size for",
        "1 if size == -1 else size for",
        "expand-minus-one",
    ),
    _slip(
        "repeat-as-interleave",
        "The copies of repeat are taken to lie next to each other",
        "    copies = [length for pair in zip(times, old, strict=True) for length in pair]\n"
        "    every_other = tuple(range(0, len(copies), 2))\n",
        "    copies = [length for pair in zip(old, times, strict=True) for length in pair]\n"
        "    every_other = tuple(range(1, len(copies), 2))\n",
        "repeat",
    ),
    _slip(
        "flip-not-turned-back",
        "The gradient of flip is handed back in the flipped order",
        'Tensor(np.flip(self._array, axes)), "Flip", Edge(self, lambda g: np.flip(g, axes))',
        'Tensor(np.flip(self._array, axes)), "Flip", Edge(self, lambda g: g)',
        "flip",
    ),
    _slip(
        "roll-rolls-on",
        "The gradient is rolled in the same direction a second time",
        "np.roll(g, np.negative(shifts), dims)",
        "np.roll(g, shifts, dims)",
        "roll",
    ),
    _slip(
        "tril-cuts-nothing-back",
        "The whole gradient comes back through tril",
        "lambda g: np.tril(g, diagonal)",
        "lambda g: g",
        "tril",
    ),
    _slip(
        "triu-forgets-its-diagonal",
        "The number of the diagonal is forgotten on the way back",
        "lambda g: np.triu(g, diagonal)",
        "lambda g: np.triu(g)",
        "triu",
    ),
    _slip(
        "diagonal-on-all-rows",
        "The gradient of a diagonal is broadcast over all rows",
        "    return self.take(Tensor(places))\n",
        "    out = Tensor(self._array.reshape(-1)[places])\n"
        '    return record(out, "Diagonal", '
        "Edge(self, lambda g: np.broadcast_to(g, (len(g), len(g)))))\n",
        "diagonal",
        others={
            "operations.trace": "it sums the diagonal",
        },
    ),
    _slip(
        "cat-in-equal-parts",
        "The gradient of cat is cut into equal parts",
        _PARTS,
        "lambda g: np.split(g, len(offsets) + 1, dim)[index]",
        "cat",
    ),
    _slip(
        "cat-cuts-rows",
        "The gradient of cat is cut along the first axis whatever dim says",
        _PARTS,
        "lambda g: np.split(g, offsets, 0)[index]",
        "cat-last-dim",
        others={"operations.stack-last-dim": "it joins its parts along the last axis"},
    ),
    _slip(
        "cat-parts-overwrite",
        "Where one tensor is joined to itself, only its last part is paid",
        "    edges = [Edge(tensor, _part(offsets, i, dim)) for i, tensor in enumerate(tensors)]\n",
        "    last = {id(tensor): i for i, tensor in enumerate(tensors)}\n"
        "    edges = [Edge(tensors[i], _part(offsets, i, dim)) for i in last.values()]\n",
        "cat-same-twice",
    ),
    _slip(
        "cat-skips-empty-parts",
        "A part without elements is left out of the graph",
        "    edges = [Edge(tensor, _part(offsets, i, dim)) for i, tensor in enumerate(tensors)]\n",
        "    some = [(i, tensor) for i, tensor in enumerate(tensors) if tensor.numel()]\n"
        "    edges = [Edge(tensor, _part(offsets, i, dim)) for i, tensor in some]\n",
        "cat-zero-size",
    ),
    _slip(
        "stack-as-cat",
        "Stack joins along an axis that is there already",
        "    return cat([unsqueeze(tensor, dim) for tensor in tensors], dim)\n",
        "    return cat(tensors, dim)\n",
        "stack",
    ),
    _slip(
        "stack-always-in-front",
        "Stack counts its parts in the first axis whatever dim says",
        "    return cat([unsqueeze(tensor, dim) for tensor in tensors], dim)\n",
        "    return cat([unsqueeze(tensor, 0) for tensor in tensors], 0)\n",
        "stack-last-dim",
    ),
    _slip(
        "parts-paid-at-the-start",
        "The gradient of a part is placed at the start of its axis",
        _CUT,
        "    rows = (slice(None),) * (dim % self.dim())\n"
        "    moved = np.roll(self._array, -start, dim)\n"
        '    whole = record(Tensor(moved), "Narrow", Edge(self, lambda g: g))\n'
        "    return whole[(*rows, slice(0, length))]\n",
        "split",
        "chunk",
        "unbind",
        others={
            "operations.median-dim": "the middle is a part of a sorted row",
        },
    ),
    _slip(
        "split-pays-everything",
        "A part of split hands its gradient to all parts",
        "    return tuple(narrow(self, dim, b - size, size) for b, size in "
        "zip(stops, sizes, strict=True))\n",
        "    def back(g: Array) -> Array:\n"
        "        return np.take(g, np.arange(whole) % g.shape[dim], dim)\n\n"
        "    arrays = np.split(self._array, stops[:-1], dim)\n"
        '    return tuple(record(Tensor(one), "Split", Edge(self, back)) for one in arrays)\n',
        "split",
        "chunk",
    ),
    _slip(
        "unbind-adds-the-rows-up",
        "Each of the rows that unbind returns is handed the gradient of all",
        "    return tuple(narrow(self, dim, i, 1).squeeze(dim) for i in range(self.shape[dim]))\n",
        "    rows = np.moveaxis(self._array, dim, 0)\n"
        "    back = Edge(self, lambda g: np.broadcast_to(np.expand_dims(g, dim), self.shape))\n"
        '    return tuple(record(Tensor(row), "Unbind", back) for row in rows)\n',
        "unbind",
    ),
)
