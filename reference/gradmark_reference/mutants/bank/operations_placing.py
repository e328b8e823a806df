"""Mutants that sort, pad and place elements, and lose track of where one came from or went."""

from gradmark_reference.mutants.mutant import Edit, Mutant


def _slip(
    name: str,
    title: str,
    file: str,
    old: str,
    new: str,
    *own: str,
    others: dict[str, str] | None = None,
) -> Mutant:
    named = tuple(slug if "." in slug else f"operations.{slug}" for slug in own)
    return Mutant(name, title, (Edit(f"{file}.py", old, new),), named, others or {})


_KEYS = "    keys = -self._array if descending else self._array\n"
_SORTED = "    return Extreme(self.gather(dim, places), places)\n"
_INFINITY = "        return amax(self.abs(), dim, keepdim)\n"

MUTANTS: tuple[Mutant, ...] = (
    _slip(
        "sort-goes-back-in-order",
        "The gradient of a sorted row comes back in sorted order",
        "ordering",
        _SORTED,
        "    from .autograd import Edge\n"
        "    from .tensor import record\n"
        "    values = Tensor(np.take_along_axis(self._array, places._array, dim))\n"
        '    return Extreme(record(values, "Sort", Edge(self, lambda g: g)), places)\n',
        "sort",
        others={
            "operations.topk": "it is the beginning of a sorted row",
            "operations.median-dim": "it is the middle of a sorted row",
        },
    ),
    _slip(
        "sort-downwards-by-rows",
        "Sorting downwards works along the last axis whatever it is asked for",
        "ordering",
        _KEYS,
        f"    dim = -1 if descending else dim\n{_KEYS}",
        "sort-descending",
    ),
    _slip(
        "sort-walks-through-the-memory",
        "Sorting compares elements in the order of the memory, not of the view",
        "ordering",
        _KEYS,
        '    memory = np.ravel(self._array, "K").reshape(self.shape)\n'
        "    keys = -memory if descending else memory\n",
        "sort-strided",
    ),
    _slip(
        "topk-upwards",
        "topk returns the largest elements in ascending order",
        "ordering",
        "    return Extreme(*(narrow(one, dim, 0, k) for one in both))\n",
        "    return Extreme(*(narrow(one, dim, 0, k).flip(dim) for one in both))\n",
        "topk",
    ),
    _slip(
        "topk-always-of-the-largest",
        "topk returns the largest elements, whatever the flag says",
        "ordering",
        "descending=largest",
        "descending=True",
        "topk-smallest",
    ),
    _slip(
        "median-is-the-upper-one",
        "Of two elements in the middle the median is the upper one",
        "ordering",
        "(a.size - 1) // 2",
        "a.size // 2",
        "median",
    ),
    _slip(
        "median-of-rows-as-they-are",
        "The median along an axis is what stands in the middle, without sorting",
        "ordering",
        "    both = sort(self, dim)\n",
        "    both = Extreme(self, self)\n",
        "median-dim",
    ),
    _slip(
        "equal-medians-paid-in-full",
        "Each element that equals the median is given the whole gradient",
        "ordering",
        "evenly(g, a == y, axes)",
        "np.where(a == y, g, 0)",
        "kinks.median-tie",
    ),
    _slip(
        "pad-cut-from-the-front",
        "The gradient of what was padded is cut off from the front",
        "placing",
        "slice(before, before + length)",
        "slice(0, length)",
        "pad",
    ),
    _slip(
        "pad-counts-from-the-front",
        "The pairs of widths are counted from the first axis",
        "placing",
        "strict=True))[::-1]",
        "strict=True))",
        "pad-two-dims",
    ),
    _slip(
        "pad-in-single-precision",
        "What is padded passes through float32",
        "placing",
        "np.pad(input._array, widths",
        "np.pad(input._array.astype(np.float32), widths",
        "pad-float64",
    ),
    _slip(
        "scatter-pays-what-it-replaced",
        "What was replaced by scatter is given the gradient of what stands there now",
        "placing",
        "Edge(self, lambda g: np.where(kept, g, 0)), Edge(src",
        "Edge(self, lambda g: g), Edge(src",
        "scatter",
    ),
    _slip(
        "scatter-add-of-the-last",
        "Of several elements for one place scatter_add adds the last",
        "placing",
        '    return _added(self, _places(dim, index), src, "ScatterAdd")\n',
        "    return scatter(self, dim, index, self.gather(dim, index) + src)\n",
        "scatter-add",
    ),
    _slip(
        "index-add-of-the-last",
        "Of several rows for one place index_add adds the last",
        "placing",
        '    return _added(self, place, source, "IndexAdd")\n',
        "    out = self.clone()\n    out[place] = self[place] + source\n    return out\n",
        "index-add",
    ),
    _slip(
        "embedding-keeps-the-last-use",
        "A row that is used twice keeps the gradient of its last use",
        "placing",
        "    return weight[input]\n",
        "    def back(g):\n"
        "        whole = np.zeros(weight.shape, g.dtype)\n"
        "        whole[input._array] = g\n"
        "        return whole\n\n"
        '    return record(Tensor(weight._array[input._array]), "Embedding", Edge(weight, back))\n',
        "embedding",
    ),
    _slip(
        "repeat-interleave-as-repeat",
        "repeat_interleave places its copies as repeat does",
        "placing",
        "Tensor(np.arange(self.shape[dim]).repeat(repeats))",
        "Tensor(np.tile(np.arange(self.shape[dim]), repeats))",
        "repeat-interleave",
    ),
    _slip(
        "trace-pays-everybody",
        "The gradient of a trace goes to all elements",
        "placing",
        "    return self.diagonal().sum()\n",
        "    back = Edge(self, lambda g: np.broadcast_to(g, self.shape))\n"
        '    return record(Tensor(np.trace(self._array)), "Trace", back)\n',
        "trace",
    ),
    _slip(
        "movedim-moves-on",
        "The way back of movedim moves the axis a second time",
        "placing",
        "    return permute(self, order)\n",
        "    back = Edge(self, lambda g: g.transpose(order))\n"
        '    return record(Tensor(self._array.transpose(order)), "Movedim", back)\n',
        "movedim",
    ),
    _slip(
        "fmod-rounds-down",
        "The divisor's slope in fmod is a quotient that is rounded down",
        "elementwise",
        "-g * np.trunc(a / b)",
        "-g * np.floor(a / b)",
        "fmod",
    ),
    _slip(
        "remainder-is-fmod",
        "remainder has the sign of the dividend, as fmod has",
        "elementwise",
        '"Remainder", np.remainder,',
        '"Remainder", np.fmod,',
        "remainder",
    ),
    _slip(
        "relu6-without-an-upper-end",
        "relu6 lets through all that relu does",
        "elementwise",
        "    return hardtanh(self, 0.0, 6.0)\n",
        "    return relu(self)\n",
        "relu6",
    ),
    _slip(
        "relu6-slope-by-division",
        "The slope of relu6 is its result over its input: 0/0 at zero",
        "elementwise",
        "    return hardtanh(self, 0.0, 6.0)\n",
        "    rule = lambda g, a, y: np.where(a > 6, 0, g * y / a)\n"
        '    return operation("Relu6", lambda a: np.clip(a, 0, 6), rule)(self)\n',
        "kinks.relu6-at-the-bounds",
    ),
    _slip(
        "bound-is-a-constant",
        "An upper bound that is a tensor is taken for a constant",
        "elementwise",
        "np.where(a <= b, 0, g)",
        "np.zeros_like(g)",
        "clamp-tensor-bound",
    ),
    _slip(
        "bounds-of-one-row",
        "A row of lower bounds collects from the first row alone",
        "elementwise",
        "np.where(a >= b, 0, g)",
        "np.where(a >= b, 0, g)[0]",
        "clamp-row-bound",
    ),
    _slip(
        "bound-and-element-both-paid",
        "An element that equals its bound and the bound are both given the gradient",
        "elementwise",
        "np.where(a <= b, 0, g)",
        "np.where(a < b, 0, g)",
        "kinks.clamp-tensor-bound-tie",
    ),
    _slip(
        "norm-one-is-the-length",
        "The 1-norm is the ordinary length",
        "reductions",
        "    if p == 2:\n",
        "    if p in (1, 2):\n",
        "norm-one",
    ),
    _slip(
        "norm-one-divides-by-sizes",
        "The slope of the 1-norm divides each element by its size",
        "reductions",
        "(self.abs() ** p).sum",
        "(self * self / self.abs()).sum",
        "kinks.norm-one-at-zero",
    ),
    _slip(
        "norm-infinity-is-the-maximum",
        "The infinity norm is the largest element, whatever the sizes",
        "reductions",
        _INFINITY,
        "        return amax(self, dim, keepdim)\n",
        "norm-infinity",
    ),
    _slip(
        "equal-sizes-paid-in-full",
        "Each element of the largest size is given the whole gradient",
        "reductions",
        _INFINITY,
        "        sizes = self.abs()\n"
        "        most = sizes._array.max()\n"
        "        back = Edge(sizes, lambda g: np.where(sizes._array == most, g, 0))\n"
        '        return record(Tensor(most), "Norm", back)\n',
        "kinks.norm-infinity-tie",
    ),
    _slip(
        "einsum-mixes-its-letters",
        "The way back of einsum leaves the axes in the order in which they came out",
        "products",
        ".transpose(order).reshape(shape)",
        ".reshape(shape)",
        "einsum",
    ),
    _slip(
        "einsum-forgets-a-lone-operand",
        "A lone operand of einsum is given the sum of the gradient everywhere",
        "products",
        "if letter in terms[own] and letter not in known]",
        "if letter in terms[own] and letter not in known and others]",
        "einsum-summed-letter",
    ),
    _slip(
        "einsum-sums-its-batch-twice",
        "A batch that the result of einsum lacks is summed on the way back as well",
        "products",
        "if any(letter in terms[n] for n in others)]",
        "if any(letter in terms[n] for n in others)"
        " and (letter in result or letter != terms[own][0])]",
        "einsum-batch",
    ),
)
