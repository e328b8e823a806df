"""Mutants of softmax and of the losses: the cross term, what is averaged, what is cut off."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_SOFTMAX = "rule = lambda g, y: y * (g - (g * y).sum(dim, keepdims=True))"
_LOG_SOFTMAX = "rule = lambda g, y: g - np.exp(y) * g.sum(dim, keepdims=True)"
_REDUCED = '{"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}'


def _slip(
    name: str,
    title: str,
    old: str,
    new: str,
    *own: str,
    file: str = "functional.py",
    others: dict[str, str] | None = None,
) -> Mutant:
    ids = tuple(f"operations.{slug}" for slug in own)
    return Mutant(name, title, (Edit(file, old, new),), ids, others or {})


MUTANTS: tuple[Mutant, ...] = (
    _slip(
        "softmax-without-competition",
        "Only s·(1 - s) comes back from softmax, as if the elements did not compete",
        _SOFTMAX,
        "rule = lambda g, y: y * (1 - y) * g",
        "softmax",
        file="reductions.py",
    ),
    _slip(
        "softmax-last-axis-back",
        "The sum on the way back through softmax runs along the last axis whatever dim says",
        _SOFTMAX,
        "rule = lambda g, y: y * (g - (g * y).sum(-1, keepdims=True))",
        "softmax-first-dim",
        file="reductions.py",
    ),
    _slip(
        "softmax-overflows",
        "Softmax takes exp of the numbers as they are",
        "    powers = np.exp(a - _peak(a, axis))\n",
        "    powers = np.exp(a)\n",
        "softmax-large",
        file="reductions.py",
    ),
    _slip(
        "log-softmax-without-the-sum",
        "The sum of what arrives is left out of the gradient of log_softmax",
        _LOG_SOFTMAX,
        "rule = lambda g, y: g - np.exp(y)",
        "log-softmax",
        "cross-entropy",
        file="reductions.py",
    ),
    _slip(
        "log-softmax-last-axis-back",
        "log_softmax sums along the last axis on the way back whatever dim says",
        _LOG_SOFTMAX,
        "rule = lambda g, y: g - np.exp(y) * g.sum(-1, keepdims=True)",
        "log-softmax-first-dim",
        file="reductions.py",
    ),
    _slip(
        "log-softmax-in-two-steps",
        "log_softmax is the logarithm of softmax, computed in two steps",
        "    out = Tensor(self._array - _logsumexp(self._array, dim))\n",
        '    with np.errstate(all="ignore"):\n'
        "        out = Tensor(np.log(_softmax(self._array, dim)))\n",
        "log-softmax-far-apart",
        file="reductions.py",
    ),
    _slip(
        "mse-not-averaged-back",
        "The gradient of mse_loss is not divided by the number of elements",
        _REDUCED,
        '{"mean": lambda: losses.sum() + losses.detach().mean() - losses.detach().sum(), '
        '"sum": losses.sum, "none": lambda: losses}',
        "mse-loss",
        "l1-loss",
        "smooth-l1-loss",
        "cross-entropy",
        "nll-loss",
        "binary-cross-entropy",
        "bce-with-logits",
    ),
    _slip(
        "sum-of-losses-averaged",
        "Losses that are to be added up are averaged",
        _REDUCED,
        '{"mean": losses.mean, "sum": losses.mean, "none": lambda: losses}',
        "mse-loss-sum",
        "cross-entropy-sum",
    ),
    _slip(
        "losses-reduced-all-the-same",
        "Losses are averaged although no reduction was asked for",
        _REDUCED,
        '{"mean": losses.mean, "sum": losses.sum, "none": losses.mean}',
        "mse-loss-none",
    ),
    _slip(
        "mse-counts-one-factor",
        "Only one of the two factors of a squared error is counted",
        "    lambda g, a, b: g * 2 * (a - b),\n",
        "    lambda g, a, b: g * (a - b),\n",
        "mse-loss",
    ),
    _slip(
        "l1-hands-back-the-error",
        "The error itself comes back from l1_loss instead of its sign",
        "    lambda g, a, b: g * np.sign(a - b),\n",
        "    lambda g, a, b: g * (a - b),\n",
        "l1-loss",
    ),
    _slip(
        "smooth-l1-forgets-the-half",
        "Further out, smooth_l1_loss is the size of the error without the half taken off",
        "size * size / (2 * beta), size - beta / 2)",
        "size * size / (2 * beta), size)",
        "smooth-l1-loss",
    ),
    _slip(
        "smooth-l1-never-straight",
        "The slope of smooth_l1_loss is not cut off",
        "        lambda g, a, b: g * np.clip((a - b) / beta, -1, 1),\n",
        "        lambda g, a, b: g * (a - b) / beta,\n",
        "smooth-l1-loss",
    ),
    _slip(
        "cross-entropy-over-elements",
        "The mean of the rows' losses is divided by the number of elements",
        "np.divide(len(counts), counts.sum(), dtype=input.dtype)",
        "np.divide(len(counts), input.numel(), dtype=input.dtype)",
        "cross-entropy",
        "nll-loss",
    ),
    _slip(
        "ignored-rows-counted",
        "Rows that are left out are counted in the mean",
        "np.divide(len(counts), counts.sum(), dtype=input.dtype)",
        "np.divide(1, 1, dtype=input.dtype)",
        "cross-entropy-ignored-row",
    ),
    _slip(
        "nll-takes-softmax-again",
        "nll_loss takes the softmax of what holds logarithms already",
        "    shape, counts = input.shape, target._array != ignore_index\n",
        "    input = log_softmax(input * 1, 1)\n"
        "    shape, counts = input.shape, target._array != ignore_index\n",
        "nll-loss",
    ),
    _slip(
        "cross-entropy-of-shares",
        "cross_entropy takes the softmax for its logarithm",
        "    return nll_loss(log_softmax(input, 1), target, **options)\n",
        "    return nll_loss(softmax(input, 1), target, **options)\n",
        "cross-entropy",
    ),
    _slip(
        "bce-one-outcome",
        "Targets of 0 teach nothing: the second term of the cross-entropy is left out",
        "    lambda g, a, b: g * (a - b) / np.maximum(a * (1 - a), 1e-12),\n",
        "    lambda g, a, b: -g * b / np.maximum(a, 1e-12),\n",
        "binary-cross-entropy",
    ),
    _slip(
        "bce-slope-of-sigmoid-twice",
        "The slope of sigmoid is multiplied into the gradient of the logits a second time",
        "    lambda g, a, b: g * (logistic(a) - b),\n",
        "    lambda g, a, b: g * (logistic(a) - b) * logistic(a) * logistic(-a),\n",
        "bce-with-logits",
    ),
    _slip(
        "bce-through-the-sigmoid",
        "The logarithm of the sigmoid is computed in two steps",
        "    lambda a, b: np.logaddexp(0, a) - a * b,\n",
        "    lambda a, b: -b * np.log(logistic(a)) - (1 - b) * np.log(1 - logistic(a)),\n",
        "bce-with-logits-large",
    ),
)
