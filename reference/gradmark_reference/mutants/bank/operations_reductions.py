"""Mutants of what makes fewer numbers of many: axes, counts, shares, running sums."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_MEAN = "count = self.numel() / max(total.numel(), 1)"
_SPREAD = "lambda g: np.broadcast_to(g.reshape(kept), shape)"
_KEPT = "Tensor(total if keepdim else total.squeeze(axes))"


def _slip(
    name: str,
    title: str,
    old: str,
    new: str,
    *own: str,
    file: str = "reductions.py",
    others: dict[str, str] | None = None,
) -> Mutant:
    ids = tuple(f"operations.{slug}" for slug in own)
    return Mutant(name, title, (Edit(file, old, new),), ids, others or {})


MUTANTS: tuple[Mutant, ...] = (
    _slip(
        "sum-axis-stretched-wrongly",
        "The gradient of a sum along an axis is broadcast as it is, without the lost axis",
        _SPREAD,
        "lambda g: np.broadcast_to(g if g.shape in ((), shape[1:]) else g.reshape(-1)[:1], shape)",
        "sum-last-dim",
        "sum-keepdim",
        "sum-two-dims",
        file="tensor.py",
        others={
            "operations.norm-one": "the 1-norm is a sum along an axis",
            "operations.mean-keepdim": "it is a sum that is divided",
            "operations.mean-two-dims": "it is a sum that is divided",
        },
    ),
    _slip(
        "sum-to-everything",
        "What arrives at sums along an axis is handed to every element in total",
        _SPREAD,
        "lambda g: np.broadcast_to(g.sum(), shape)",
        "sum-dim",
        file="tensor.py",
        others={
            "operations.norm-one": "the 1-norm is a sum along an axis",
            "operations.mean-dim": "it is a sum that is divided",
        },
    ),
    _slip(
        "sum-keeps-no-axis",
        "A sum ignores keepdim",
        _KEPT,
        "Tensor(total.squeeze(axes))",
        "sum-keepdim",
        "mean-keepdim",
        file="tensor.py",
    ),
    _slip(
        "sum-over-the-first-of-two",
        "A sum over two axes sums over the first of them only, and shows the rest once",
        "total, shape = np.asarray(self._array.sum(axis=axes, keepdims=True)), self.shape",
        "axes = axes[0] if isinstance(axes, tuple) else axes\n"
        "        total, shape = np.asarray(self._array.sum(axis=axes, keepdims=True)), self.shape",
        "sum-two-dims",
        "mean-two-dims",
        file="tensor.py",
    ),
    _slip(
        "sum-needs-an-axis",
        "The backward pass of a sum asks for an axis, which a single number has not",
        _SPREAD,
        "lambda g: np.broadcast_to(g.reshape(kept), (shape[0], *shape[1:]))",
        "sum-scalar",
        file="tensor.py",
    ),
    _slip(
        "mean-over-all-elements",
        "A mean along an axis divides by the number of all elements",
        _MEAN,
        "count = self.numel()",
        "mean-dim",
        file="tensor.py",
    ),
    _slip(
        "mean-keeps-no-axis",
        "A mean does not hand keepdim on to its sum",
        "total = self.sum(dim, keepdim)",
        "total = self.sum(dim)",
        "mean-keepdim",
        file="tensor.py",
    ),
    _slip(
        "mean-counts-one-axis",
        "A mean over two axes divides by the length of the first",
        _MEAN,
        "count = self.shape[dim[0]] if isinstance(dim, tuple) else self.numel() / total.numel()",
        "mean-two-dims",
        file="tensor.py",
    ),
    _slip(
        "prod-with-itself",
        "The factor itself is not taken out of the product",
        "np.where(own, 1, rows[..., None, :])",
        "np.where(False, 1, rows[..., None, :])",
        "prod",
        "cumprod",
    ),
    _slip(
        "prod-of-everything",
        "Along an axis too, the product of all elements is handed out",
        "lambda g, axis, a: g * _others(a, axis)",
        "lambda g, axis, a: g * a.prod() / a",
        "prod-dim",
        "cumprod",
        others={
            "kinks.prod-with-a-zero": "the product is divided by the zero",
            "kinks.prod-with-two-zeros": "the product is divided by the zeros",
        },
    ),
    _slip(
        "prod-keeps-no-axis",
        "A product takes dim but forgets keepdim",
        "else _product(self, dim, keepdim)",
        "else _product(self, dim)",
        "prod-keepdim",
    ),
    _slip(
        "maximum-for-everyone",
        "The gradient of the largest and of the smallest element goes to all of them",
        "np.where(chosen, g / chosen.sum(axes, keepdims=True), 0)",
        "np.broadcast_to(g, chosen.shape)",
        "max",
        "min",
        "amax",
        "amin",
        others={
            "operations.norm-infinity": "the largest size is a maximum",
            "operations.median": "it pays as a maximum does",
        },
    ),
    _slip(
        "max-place-in-the-whole",
        "The place within a row is taken for a place in the whole array",
        "    both = self.gather(dim, places), places\n",
        "    both = self.take(places), places\n",
        "max-dim",
        "min-dim",
    ),
    _slip(
        "max-keeps-no-axis",
        "The largest elements along an axis come without the kept axis",
        "Extreme(*(both if keepdim else (one.squeeze(dim) for one in both)))",
        "Extreme(*(one.squeeze(dim) for one in both))",
        "max-keepdim",
    ),
    _slip(
        "min-loses-a-sign",
        "The minimum is minus the maximum of the negated numbers, and one sign is lost",
        "    lambda a, axes: a.min(axes, keepdims=True),\n"
        "    lambda g, axes, a, y: evenly(g, a == y, axes),\n",
        "    lambda a, axes: a.min(axes, keepdims=True),\n"
        "    lambda g, axes, a, y: -evenly(g, a == y, axes),\n",
        "min",
        "amin",
    ),
    _slip(
        "smallest-of-everything",
        "Along an axis too, the smallest element of the whole array is paid",
        "    return _extreme(self, argmin(self, dim, keepdim=True), dim, keepdim)\n",
        "    least = argmin(self)._array // self._array[0].size\n"
        "    places = argmin(self, dim, keepdim=True)._array * 0 + least\n"
        "    return _extreme(self, Tensor(places), dim, keepdim)\n",
        "min-dim",
    ),
    _slip(
        "amax-against-the-whole",
        "Along an axis too, elements are compared with the maximum of the whole array",
        "    lambda a, axes: a.max(axes, keepdims=True),\n"
        "    lambda g, axes, a, y: evenly(g, a == y, axes),\n",
        "    lambda a, axes: a.max(axes, keepdims=True),\n"
        "    lambda g, axes, a: evenly(g, a == a.max(), axes),\n",
        "amax",
    ),
    _slip(
        "var-divides-by-n",
        "The variance divides by the number of elements, without the correction",
        "np.maximum(np.prod(lengths) - correction, 0)",
        "np.prod(lengths)",
        "var",
        "std",
    ),
    _slip(
        "var-backward-divides-by-n",
        "The gradient of the variance divides by n, whatever the value was divided by",
        "g * 2 * _distances(a, axes) / _freedom(a, axes, correction),",
        "g * 2 * _distances(a, axes) / _freedom(a, axes, 0),",
        "var",
    ),
    _slip(
        "var-correction-only-forward",
        "The correction changes the variance but not its gradient",
        "g * 2 * _distances(a, axes) / _freedom(a, axes, correction),",
        "g * 2 * _distances(a, axes) / _freedom(a, axes, 1),",
        "var-population",
    ),
    _slip(
        "var-from-the-mean-of-all",
        "Along an axis too, distances are taken from the mean of all elements",
        "    return np.asarray(a - a.sum(axes, keepdims=True) / _freedom(a, axes, 0))\n",
        "    return np.asarray(a - a.mean())\n",
        "var-dim",
    ),
    _slip(
        "std-as-var",
        "The slope of the root is forgotten: std hands back the gradient of the variance",
        "g * _distances(a, axes) / (y * _freedom(a, axes, correction))",
        "2 * g * _distances(a, axes) / _freedom(a, axes, correction)",
        "std",
    ),
    _slip(
        "logsumexp-undivided",
        "The gradient of logsumexp is exp of the input, not divided by the sum",
        "lambda g, _, a, y: g * np.exp(a - y))",
        "lambda g, _, a: g * np.exp(a))",
        "logsumexp",
    ),
    _slip(
        "logsumexp-along-the-last-axis",
        "The shares of logsumexp are taken along the last axis whatever dim says",
        "lambda g, _, a, y: g * np.exp(a - y))",
        "lambda g, _, a: g * _softmax(a, -1))",
        "logsumexp-keepdim",
    ),
    _slip(
        "logsumexp-overflows",
        "The maximum is not taken out before exp",
        "    peak = _peak(a, axes)\n",
        "    peak = 0 * _peak(a, axes)\n",
        "logsumexp-large",
        "log-softmax-far-apart",
    ),
    _slip(
        "norm-without-the-root",
        "The gradient of a norm is the input, as if the root had not been taken",
        "np.where(y == 0, 0, g * a / y)",
        "g * a",
        "norm",
    ),
    _slip(
        "norm-of-the-whole",
        "Along an axis too, rows are divided by the length of the whole matrix",
        "np.where(y == 0, 0, g * a / y)",
        "np.where(y == 0, 0, g * a / np.sqrt((a * a).sum()))",
        "norm-dim",
    ),
    _slip(
        "cumsum-from-the-start",
        "The gradients of running sums are summed from the start",
        "lambda g: np.flip(np.flip(g, dim).cumsum(dim), dim))",
        "lambda g: g.cumsum(dim))",
        "cumsum",
    ),
    _slip(
        "cumsum-runs-on",
        "Along the last axis the sum from the end runs on into the row before",
        "lambda g: np.flip(np.flip(g, dim).cumsum(dim), dim))",
        "lambda g: np.flip(np.flip(g, dim).cumsum(dim), dim) if dim == 0 else "
        "np.flip(np.flip(g).cumsum()).reshape(g.shape))",
        "cumsum-last-dim",
    ),
    _slip(
        "cumprod-ends-at-the-element",
        "A factor counts only for the running product that ends at it",
        "    return _product(rows.masked_fill(not_yet, 1), -1).transpose(dim, -1)\n",
        "    own = Tensor(np.eye(rows.shape[-1], dtype=bool))\n"
        "    once = rows.masked_fill(not_yet, 1)\n"
        "    kept = Tensor(np.where(own._array, 0, once._array))\n"
        "    once = once * Tensor(own._array.astype(kept.dtype)) + kept\n"
        "    return _product(once, -1).transpose(dim, -1)\n",
        "cumprod",
    ),
)
