"""Mutants that go wrong at special points alone: bounds, ties, zeros, and far out."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_POW = "np.where(b == 0, 0, g * b * a ** (b - 1))"
_ROOT = "np.sqrt, lambda g, y: g / (2 * y))"


def _slip(
    name: str,
    title: str,
    old: str,
    new: str,
    *own: str,
    file: str = "elementwise.py",
    others: dict[str, str] | None = None,
) -> Mutant:
    ids = tuple(f"kinks.{slug}" for slug in own)
    return Mutant(name, title, (Edit(file, old, new),), ids, others or {})


MUTANTS: tuple[Mutant, ...] = (
    _slip(
        "relu-slope-by-division",
        "The slope of relu is its result over its input: 0/0 at zero",
        "lambda g, y: np.where(y <= 0, 0, g))",
        "lambda g, a, y: g * y / a)",
        "relu-at-zero",
    ),
    _slip(
        "leaky-relu-flat-at-zero",
        "The slope of leaky_relu at zero is none of the two",
        "np.where(a > 0, g, g * negative_slope)",
        "np.where(a > 0, g, g * negative_slope) * (a != 0)",
        "leaky-relu-at-zero",
    ),
    _slip(
        "abs-slope-by-division",
        "The slope of abs is the input over its size: 0/0 at zero",
        "np.abs, lambda g, a: g * np.sign(a))",
        "np.abs, lambda g, a: g * a / np.abs(a))",
        "abs-at-zero",
        others={
            "kinks.norm-one-at-zero": "the 1-norm is made of absolute values",
        },
    ),
    _slip(
        "clamp-bounds-differ",
        "clamp lets the gradient through at its lower bound but not at the upper one",
        "(a >= low) & (a <= high)",
        "(a >= low) & (a < high)",
        "clamp-at-the-bounds",
    ),
    _slip(
        "clamp-lower-bound-wins",
        "Where the bounds of clamp are crossed, everything becomes the lower one",
        "        lambda a: np.clip(a, min, max),\n",
        "        lambda a: np.maximum(np.minimum(a, high), low).astype(a.dtype),\n",
        "clamp-crossed-bounds",
    ),
    _slip(
        "hardtanh-bounds-differ",
        "hardtanh lets the gradient through at its lower bound but not at the upper one",
        "(a > min_val) & (a < max_val)",
        "(a >= min_val) & (a < max_val)",
        "hardtanh-at-the-bounds",
    ),
    _slip(
        "ties-paid-in-full",
        "Each of several equal extremes is given the whole gradient",
        "np.where(chosen, g / chosen.sum(axes, keepdims=True), 0)",
        "np.where(chosen, g, 0)",
        "max-tie",
        "min-tie",
        "amax-tie",
        "amin-tie",
        file="reductions.py",
        others={
            "kinks.norm-infinity-tie": "the largest size is an amax",
            "kinks.median-tie": "it shares as amax does",
        },
    ),
    _slip(
        "equal-elements-of-a-row-paid",
        "Along an axis too, each element that equals the extreme is given the whole gradient",
        "    both = self.gather(dim, places), places\n",
        "    values = self.detach().gather(dim, places)\n"
        "    equal = self._array == values._array\n"
        '    record(values, "Max", Edge(self, lambda g: np.where(equal, g, 0)))\n'
        "    both = values, places\n",
        "max-dim-tie",
        "min-dim-tie",
        file="reductions.py",
    ),
    _slip(
        "both-sides-of-a-tie-paid",
        "Where both operands are equal, both are given the whole gradient",
        "np.where(a == b, g / 2, ",
        "np.where(a == b, g, ",
        "maximum-tie",
        "minimum-tie",
        "maximum-with-itself",
        "maximum-broadcast-tie",
    ),
    _slip(
        "no-side-of-a-tie-paid",
        "Where both operands are equal, none is given a gradient",
        "np.where(a == b, g / 2, ",
        "np.where(a == b, 0, ",
        "maximum-tie",
        "minimum-tie",
        "maximum-with-itself",
        "maximum-broadcast-tie",
    ),
    _slip(
        "l1-sign-by-division",
        "The sign of an error is the error over its size: 0/0 where there is none",
        "    lambda g, a, b: g * np.sign(a - b),\n",
        "    lambda g, a, b: g * (a - b) / np.abs(a - b),\n",
        "l1-loss-at-zero",
        file="functional.py",
    ),
    _slip(
        "power-zero-as-it-stands",
        "The slope of a value to the power 0 is computed as it stands: 0 times infinity",
        _POW,
        "g * b * a ** (b - 1)",
        "power-zero",
        "power-of-zero",
        file="tensor.py",
    ),
    _slip(
        "power-by-division",
        "The slope of a power is n times the result over the base: 0/0 at zero",
        "lambda g, a, b: " + _POW,
        "lambda g, a, b, y: np.where(b == 0, 0, g * b * y / a)",
        "power-one-at-zero",
        "power-two-at-zero",
        "power-of-zero",
        file="tensor.py",
        others={
            "kinks.norm-one-at-zero": "the 1-norm has a power in it",
        },
    ),
    _slip(
        "power-passes-at-zero",
        "At zero a power passes on what arrives as it is",
        _POW,
        "np.where(b == 0, 0, np.where(a == 0, g, g * b * a ** (b - 1)))",
        "power-two-at-zero",
        "power-of-zero",
        "norm-by-hand-at-zero",
        file="tensor.py",
    ),
    _slip(
        "logarithm-of-a-zero-base",
        "The slope of the exponent takes the logarithm of a base that is zero",
        "g * np.where((a == 0) & (b >= 0), 0, y * np.log(a))",
        "g * y * np.log(a)",
        "power-of-zero",
        file="tensor.py",
    ),
    _slip(
        "sqrt-guarded",
        "A small number is added below the line of the slope of sqrt",
        _ROOT,
        "np.sqrt, lambda g, y: g / (2 * y + 1e-9))",
        "sqrt-at-zero",
    ),
    _slip(
        "sqrt-infinite-whatever-arrives",
        "The slope of sqrt at zero is plus infinity whatever arrives",
        _ROOT,
        "np.sqrt, lambda g, y: np.where(y == 0, np.inf, g / (2 * y)))",
        "sqrt-at-zero",
        "where-hides-no-nan",
    ),
    _slip(
        "log-guarded",
        "The slope of log is bounded by a small number",
        "np.log, lambda g, a: g / a)",
        "np.log, lambda g, a: g / np.maximum(a, 1e-12))",
        "log-at-zero",
    ),
    _slip(
        "reciprocal-of-zero-raises",
        "Nothing but Python's own division by zero comes of one over zero",
        "lambda a: 1 / a, lambda g, y: -g * y * y)",
        "lambda a: np.array([1 / x for x in a.ravel().tolist()], a.dtype).reshape(a.shape), "
        "lambda g, y: -g * y * y)",
        "reciprocal-at-zero",
    ),
    _slip(
        "norm-unguarded",
        "The slope of a norm is 0/0 at the origin",
        "np.where(y == 0, 0, g * a / y)",
        "g * a / y",
        "norm-at-zero",
        file="reductions.py",
    ),
    _slip(
        "std-unguarded",
        "The slope of std is 0/0 where all numbers are equal",
        "        lambda g, axes, a, y: np.where(\n            y == 0, 0, ",
        "        lambda g, axes, a, y: np.where(\n            False, 0, ",
        "std-of-equal-numbers",
        file="reductions.py",
    ),
    _slip(
        "prod-by-division",
        "The product is divided by each factor: 0/0 where there is a zero",
        "lambda g, axis, a: g * _others(a, axis)",
        "lambda g, axis, a, y: g * y / a",
        "prod-with-a-zero",
        "prod-with-two-zeros",
        "cumprod-with-a-zero",
        file="reductions.py",
    ),
    _slip(
        "zeros-left-out-of-prod",
        "Zeros are left out of the product that a zero is handed",
        "lambda g, axis, a: g * _others(a, axis)",
        "lambda g, axis, a, y: g * np.where(\n"
        "    a == 0, np.where(a == 0, 1, a).prod(axis, keepdims=True), y / a\n"
        ")",
        "prod-with-two-zeros",
        "prod-dim-with-zeros",
        file="reductions.py",
    ),
    _slip(
        "division-guarded",
        "A divisor of zero counts as a small number on the way back",
        "np.true_divide, lambda g, b: g / b,",
        "np.true_divide, lambda g, b: g / np.where(b == 0, 1e-12, b),",
        "division-by-zero",
        file="tensor.py",
    ),
    _slip(
        "rsqrt-guarded",
        "A small number is added under the root of rsqrt",
        "lambda a: 1 / np.sqrt(a)",
        "lambda a: 1 / np.sqrt(a + 1e-12)",
        "rsqrt-at-zero",
    ),
    _slip(
        "exp-cut-off",
        "The argument of exp is cut off before it overflows",
        "np.exp, lambda g, y: g * y)",
        "lambda a: np.exp(np.minimum(a, 80)), lambda g, y: g * y)",
        "exp-out-of-range",
    ),
    _slip(
        "sigmoid-overflows",
        "sigmoid is a quotient of exponentials, which overflow on one side",
        '"Sigmoid", logistic, ',
        '"Sigmoid", lambda a: np.exp(a) / (1 + np.exp(a)), ',
        "sigmoid-saturated",
    ),
    _slip(
        "tanh-overflows",
        "tanh is a quotient of exponentials, which overflow on both sides",
        '"Tanh", np.tanh, ',
        '"Tanh", lambda a: (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a)), ',
        "tanh-saturated",
    ),
    _slip(
        "softplus-overflows",
        "softplus takes exp of large numbers",
        "    lambda a: np.where(a > 20, a, np.logaddexp(0, a)),\n",
        "    lambda a: np.log1p(np.exp(a)),\n",
        "softplus-far-out",
    ),
    _slip(
        "steps-pass-everything",
        "floor, round and sign pass on what arrives as it is",
        "    return np.zeros_like(g)\n",
        "    return g\n",
        "steps-are-flat",
    ),
    _slip(
        "where-beside-a-constant",
        "Beside a constant where passes all gradients, also of what was not chosen",
        "        lambda g: np.where(chosen, g, 0),\n",
        "        lambda g: g\n"
        "        if isinstance(other, Tensor) and not other.requires_grad\n"
        "        else np.where(chosen, g, 0),\n",
        "where-twice",
        others={"kinks.where-hides-no-nan": "its other side is a constant"},
    ),
)
