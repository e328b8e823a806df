"""Mutants that read elements at one place and pay them at another, or once too seldom."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_ADD_AT = "            np.add.at(whole, place, g)\n"
_PART = "        place, shape = _position(key), self.shape\n"


def _slip(
    name: str,
    title: str,
    old: str,
    new: str,
    *own: str,
    file: str = "tensor.py",
    others: dict[str, str] | None = None,
) -> Mutant:
    ids = tuple(f"operations.{slug}" for slug in own)
    return Mutant(name, title, (Edit(file, old, new),), ids, others or {})


def _paid(name: str, title: str, test: str, at: str, *own: str) -> Mutant:
    """Return a mutant that pays elsewhere where a test of the key holds."""
    return _slip(
        name,
        title,
        _ADD_AT,
        f"            np.add.at(whole, {at} if {test} else place, g)\n",
        *own,
    )


_ONE = "isinstance(key, int)"
_PAIR = "isinstance(key, tuple) and len(key) == 2"
_CUT = "isinstance(key, slice)"

MUTANTS: tuple[Mutant, ...] = (
    _paid("index-paid-first", "A single place is paid in the first row", _ONE, "0", "index"),
    _paid(
        "negative-index-off-by-one",
        "A negative place is counted from 0 at the end on the way back",
        f"{_ONE} and key < 0",
        "key - 1",
        "index-negative",
    ),
    _paid(
        "element-paid-as-row",
        "The whole row of an element is given its gradient",
        f"{_PAIR} and all(isinstance(one, int) for one in key)",
        "key[0]",
        "index-element",
    ),
    _slip(
        "column-read-as-row",
        "A colon before a number is dropped, so that a row is read",
        _PART,
        "        if isinstance(key, tuple) and isinstance(key[-1], int):\n"
        "            key = key[1:] if isinstance(key[0], slice) else key\n" + _PART,
        "index-column",
    ),
    _slip(
        "ellipsis-dropped",
        "An ellipsis is dropped, and the index applies to the first axis",
        _PART,
        "        if isinstance(key, tuple) and key[0] is Ellipsis and isinstance(key[-1], int):\n"
        "            key = key[1:]\n" + _PART,
        "index-ellipsis",
        others={
            "operations.matrix-vector": "the model takes a column out by an ellipsis",
            "operations.batched-matmul-vector": "the model takes a column out by an ellipsis",
        },
    ),
    _slip(
        "none-taken-for-a-colon",
        "None in an index puts in no axis",
        _PART,
        "        if isinstance(key, tuple):\n"
        "            key = tuple(slice(None) if one is None else one for one in key)\n" + _PART,
        "index-new-axis",
    ),
    _paid(
        "slice-paid-from-the-start",
        "The gradient of a slice is written from the first row on",
        f"{_CUT} and not key.step",
        "slice(0, len(g))",
        "slice",
    ),
    _paid(
        "step-dropped-on-the-way-back",
        "The step of a slice is dropped on the way back, so that neighbours are paid",
        f"{_CUT} and key.step",
        "slice(0, len(g))",
        "slice-step",
        "slice-of-a-view",
    ),
    _paid(
        "open-slice-taken-from-the-start",
        "An open slice of columns is paid from the first column on",
        f"{_PAIR} and isinstance(key[1], slice) and key[1].stop is None",
        "(key[0], slice(0, g.shape[1]))",
        "slice-open",
    ),
    _slip(
        "empty-slice-not-recorded",
        "What has no elements is not recorded",
        '        return record(self._view(self._array[place]), "Index", Edge(self, scatter))\n',
        "        out = self._view(self._array[place])\n"
        '        return record(out, "Index", Edge(self, scatter)) if out.numel() else out\n',
        "slice-zero-size",
        "mask-nothing",
    ),
    _slip(
        "repeated-places-lose",
        "Of several gradients for one place only the last is kept",
        _ADD_AT,
        "            whole[place] += g\n",
        "index-list-repeated",
        "index-list-pairs",
        "index-list-mixed",
        "index-select",
        "gather",
        "take",
        others={
            "operations.embedding": "it reads rows by a list of places",
            "operations.repeat-interleave": "it reads each place several times",
        },
    ),
    _paid(
        "list-paid-in-order",
        "Listed rows are paid in ascending order",
        "isinstance(key, list)",
        "sorted(key)",
        "index-list",
    ),
    _slip(
        "lists-crossed",
        "Two lists of places are taken for rows and columns that are crossed",
        _PART,
        "        if isinstance(key, tuple) and all(isinstance(one, Tensor) for one in key):\n"
        "            key = tuple(tensor(grid) for grid in np.ix_(*(one._array for one in key)))\n"
        + _PART,
        "index-list-pairs",
    ),
    _slip(
        "mask-taken-for-places",
        "True and False of a mask are taken for the places 1 and 0",
        "    return tuple(tensor(one)._array if isinstance(one, (Tensor, list)) else one "
        "for one in parts)\n",
        "    arrays = (tensor(o)._array if isinstance(o, (Tensor, list)) else o for o in parts)\n"
        "    return tuple(\n"
        "        a + 0 if isinstance(a, np.ndarray) and a.dtype == bool else a for a in arrays\n"
        "    )\n",
        "mask",
        "masked-select",
        others={
            "in-place.mask-stops-the-gradient": "it writes by a mask",
        },
    ),
    _paid(
        "mask-of-rows-paid-as-columns",
        "A mask of rows is stretched over the first columns on the way back",
        "isinstance(key, Tensor) and key.dtype == bool and key.dim() < len(shape)",
        "slice(0, len(g))",
        "mask-rows",
    ),
    _slip(
        "index-select-on-rows",
        "index_select pays along the first axis",
        "    return self[(slice(None),) * (dim % self.dim()) + (index,)]\n",
        "    places = index._array % len(self._array)\n"
        "    out = Tensor(np.take(self._array, index._array, dim))\n"
        "    return out + 0 * self[places].sum()\n",
        "index-select",
        file="indexing.py",
        others={
            "operations.repeat-interleave": "it selects each place several times",
        },
    ),
    _slip(
        "gather-from-the-first-row",
        "Every row of gather reads from the first row",
        "    place[dim] = index._array\n",
        "    place = [0 * one for one in place]\n    place[dim] = index._array\n",
        "gather",
        "max-dim",
        "min-dim",
        file="indexing.py",
        others={
            "operations.sort": "sorted elements are gathered",
            "operations.topk": "it is cut from a sorted row",
            "operations.median-dim": "it is cut from a sorted row",
        },
    ),
    _slip(
        "take-takes-rows",
        "The place that take is given is counted from the end of a row",
        "    return self.flatten()[index]\n",
        "    return self[0][Tensor(index._array % self.shape[-1])]\n",
        "take",
        "diagonal",
        file="indexing.py",
        others={
            "operations.trace": "it sums the diagonal, which is taken",
        },
    ),
    _slip(
        "masked-select-by-columns",
        "What masked_select has chosen is read column by column",
        "    return self.expand(shape)[mask.expand(shape)]\n",
        "    turned = mask.expand(shape)\n"
        "    return self.expand(shape).t()[turned.t()] if len(shape) == 2 else self[mask]\n",
        "masked-select",
        file="indexing.py",
    ),
)
