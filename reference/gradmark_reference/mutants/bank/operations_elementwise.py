"""Mutants whose functions of one element have a wrong slope, or the wrong elements."""

from gradmark_reference.mutants.mutant import Edit, Mutant


def _slip(
    name: str, title: str, old: str, new: str, *own: str, others: dict[str, str] | None = None
) -> Mutant:
    ids = tuple(f"operations.{slug}" for slug in own)
    return Mutant(name, title, (Edit("elementwise.py", old, new),), ids, others or {})


MUTANTS: tuple[Mutant, ...] = (
    _slip(
        "exp-as-a-power",
        "The slope of exp is made as if it were a power: the exponent times one less",
        "np.exp, lambda g, y: g * y)",
        "np.exp, lambda g, a, y: g * a * y / np.e)",
        "exp",
        others={
            "in-place.saved-result-and-saved-input": "it goes back through exp",
        },
    ),
    _slip(
        "exp-slope-is-the-input",
        "The slope of exp is its input instead of its output",
        "np.exp, lambda g, y: g * y)",
        "np.exp, lambda g, a: g * a)",
        "exp",
        others={
            "in-place.saved-result-and-saved-input": "it goes back through exp",
        },
    ),
    _slip(
        "exp-of-the-first-element",
        "The first element's exp is the slope of all of them",
        "np.exp, lambda g, y: g * y)",
        "np.exp, lambda g, y: g * y.flat[0])",
        "exp-matrix",
        "exp-strided",
        "exp-float64",
        "exp-zero-size",
        others={
            "in-place.saved-result-and-saved-input": "it goes back through exp",
        },
    ),
    _slip(
        "expm1-as-exp",
        "The slope of expm1 is its result, as it is for exp",
        "np.expm1, lambda g, y: g * (y + 1))",
        "np.expm1, lambda g, y: g * y)",
        "expm1",
    ),
    _slip(
        "log-multiplies",
        "The gradient of log is multiplied by its input instead of divided",
        "np.log, lambda g, a: g / a)",
        "np.log, lambda g, a: g * a)",
        "log",
        "log-strided",
    ),
    _slip(
        "log-divides-by-one-element",
        "The gradient of log is divided by the first element throughout",
        "np.log, lambda g, a: g / a)",
        "np.log, lambda g, a: g / a.flat[0])",
        "log-matrix",
        "log-strided",
        "log-float64",
        "log-zero-size",
    ),
    _slip(
        "log1p-as-log",
        "The slope of log1p is that of log",
        "np.log1p, lambda g, a: g / (a + 1))",
        "np.log1p, lambda g, a: g / a)",
        "log1p",
    ),
    _slip(
        "rsqrt-as-sqrt",
        "The slope of rsqrt is that of sqrt",
        "lambda g, y: -g * y**3 / 2)",
        "lambda g, y: g * y / 2)",
        "rsqrt",
    ),
    _slip(
        "reciprocal-without-minus",
        "The slope of the reciprocal has lost its minus",
        "lambda g, y: -g * y * y)",
        "lambda g, y: g * y * y)",
        "reciprocal",
    ),
    _slip(
        "square-counts-one-factor",
        "Only one of the two factors of a square is counted",
        "np.square, lambda g, a: g * 2 * a)",
        "np.square, lambda g, a: g * a)",
        "square",
    ),
    _slip(
        "sin-falls",
        "The slope of sin has the minus that belongs to cos",
        "lambda g, a: g * np.cos(a))",
        "lambda g, a: -g * np.cos(a))",
        "sin",
    ),
    _slip(
        "cos-rises",
        "The slope of cos has lost its minus",
        "lambda g, a: -g * np.sin(a))",
        "lambda g, a: g * np.sin(a))",
        "cos",
    ),
    _slip(
        "tanh-square-of-the-input",
        "The slope of tanh is one less the square of the input",
        "np.tanh, lambda g, y: g * (1 - y * y))",
        "np.tanh, lambda g, a: g * (1 - a * a))",
        "tanh",
    ),
    _slip(
        "tanh-square-sums",
        "The square in the slope of tanh is a product of vectors and sums",
        "np.tanh, lambda g, y: g * (1 - y * y))",
        "np.tanh, lambda g, y: g * (1 - (y * y).sum(-1, keepdims=True) if y.ndim else 1 - y * y))",
        "tanh-matrix",
        "tanh-strided",
        "tanh-float64",
    ),
    _slip(
        "sigmoid-without-its-factor",
        "The slope of sigmoid is one less its result, without the result itself",
        "logistic, lambda g, y: g * y * (1 - y))",
        "logistic, lambda g, y: g * (1 - y))",
        "sigmoid",
    ),
    _slip(
        "abs-without-sign",
        "The gradient of abs passes negative numbers with the wrong sign",
        "np.abs, lambda g, a: g * np.sign(a))",
        "np.abs, lambda g: g)",
        "abs",
        others={
            "operations.norm-one": "the 1-norm is made of absolute values",
            "operations.norm-infinity": "so is the largest size",
        },
    ),
    _slip(
        "relu-passes-everything",
        "The gradient passes relu below zero as well",
        "lambda g, y: np.where(y <= 0, 0, g))",
        "lambda g: g)",
        "relu",
    ),
    _slip(
        "relu-decides-for-all",
        "Relu decides by the sum whether the gradient passes",
        "lambda g, y: np.where(y <= 0, 0, g))",
        "lambda g, y: np.where(y.sum() <= 0, 0, g))",
        "relu-matrix",
        "relu-strided",
        "relu-float64",
    ),
    _slip(
        "silu-gate-is-constant",
        "The gate of silu counts as a constant",
        "lambda g, a: g * logistic(a) * (1 + a * logistic(-a))",
        "lambda g, a: g * logistic(a)",
        "silu",
    ),
    _slip(
        "logsigmoid-as-sigmoid",
        "The slope of logsigmoid is that of sigmoid, not divided by it",
        "-np.logaddexp(0, -a), lambda g, a: g * logistic(-a))",
        "-np.logaddexp(0, -a), lambda g, a: g * logistic(a) * logistic(-a))",
        "logsigmoid",
    ),
    _slip(
        "softplus-as-relu",
        "The slope of softplus is the hard step of relu",
        "np.where(a > 20, g, g * logistic(a))",
        "np.where(a > 0, g, 0)",
        "softplus",
    ),
    _slip(
        "leaky-relu-does-not-leak",
        "Nothing comes back through leaky_relu below zero",
        "np.where(a > 0, g, g * negative_slope)",
        "np.where(a > 0, g, 0)",
        "leaky-relu",
    ),
    _slip(
        "elu-result-is-the-slope",
        "Below zero the result of elu is taken for its slope",
        "np.where(y > 0, g, g * (y + alpha))",
        "np.where(y > 0, g, g * y)",
        "elu",
    ),
    _slip(
        "clamp-cuts-nothing",
        "The gradient passes clamp as if nothing had been cut off",
        "np.where((a >= low) & (a <= high), g, 0)",
        "g",
        "clamp",
    ),
    _slip(
        "maximum-pays-both",
        "Both sides of a maximum are given the whole gradient",
        "np.where(a == b, g / 2, np.where(a < b, 0, g))",
        "g",
        "maximum",
        "minimum",
    ),
    _slip(
        "minimum-pays-the-larger",
        "The minimum reuses the backward pass of the maximum",
        "np.minimum, lambda g, a, b: _where_larger(g, b, a), _where_larger",
        "np.minimum, _where_larger, lambda g, a, b: _where_larger(g, b, a)",
        "minimum",
    ),
    _slip(
        "where-turned-round",
        "The sides of where are paid the wrong way round",
        "        lambda g: np.where(chosen, g, 0),\n        lambda g: np.where(chosen, 0, g),\n",
        "        lambda g: np.where(chosen, 0, g),\n        lambda g: np.where(chosen, g, 0),\n",
        "where",
        "masked-fill",
        others={
            "operations.cumprod": "its factors are chosen by where",
            "kinks.where-hides-no-nan": "the slope that is not chosen arrives",
            "kinks.where-twice": "the slopes that are not chosen arrive",
        },
    ),
    _slip(
        "masked-fill-is-transparent",
        "The gradient passes the places that masked_fill has filled",
        "    return where(mask, lift(value, self), self)\n",
        "    filled = Tensor(where(mask, lift(value, self), self)._array - self._array)\n"
        "    return self + filled\n",
        "masked-fill",
        others={"operations.cumprod": "it fills ones in for the factors still to come"},
    ),
)
