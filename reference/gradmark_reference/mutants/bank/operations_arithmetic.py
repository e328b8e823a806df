"""Mutants of operations between two operands: broadcasting, powers, the choice between them."""

from gradmark_reference.mutants.mutant import Edit, Mutant

_DIRECTIONS = (
    *("row", "row-left", "column", "column-left", "outer", "number", "number-right"),
    *("three-axes", "one-element", "zero-size"),
)
_MEAN = (
    "def _mean_over(g: Array, like: Array) -> Array:\n"
    "    return g if g.shape[:1] == (1,) else g * (like.size / g.size)\n\n\n"
    "def operation("
)


def _own(*slugs: str) -> tuple[str, ...]:
    return tuple(f"operations.{slug}" for slug in slugs)


def _mutant(
    name: str,
    title: str,
    own: tuple[str, ...],
    *edits: tuple[str, str],
    others: dict[str, str] | None = None,
) -> Mutant:
    changes = tuple(Edit("tensor.py", old, new) for old, new in edits)
    return Mutant(name, title, changes, _own(*own), others or {})


def _averaged(
    name: str,
    noun: str,
    old: str,
    new: str,
    others: dict[str, str] | None = None,
) -> Mutant:
    """Return a mutant in which an operand stretched over rows is handed a mean."""
    return _mutant(
        f"stretched-{name}-averaged",
        f"A stretched operand of {noun} is handed the mean of its gradients instead of the sum",
        tuple(f"{name}-broadcast-{way}" for way in _DIRECTIONS),
        (old, new),
        ("def operation(", _MEAN),
        others=others,
    )


MUTANTS: tuple[Mutant, ...] = (
    _averaged(
        "add",
        "an addition",
        "np.add, lambda g: g, lambda g: g)",
        "np.add, lambda g, a: _mean_over(g, a), lambda g, b: _mean_over(g, b))",
        others={
            "training.slope-and-intercept": "the intercept is stretched over all points",
            "lifetime.unsaved-graph-again": "one of its terms is stretched",
            "lifetime.unsaved-trunk-shared": "one of its terms is stretched",
        },
    ),
    _averaged(
        "sub",
        "a subtraction",
        "np.subtract, lambda g: g, lambda g: -g)",
        "np.subtract, lambda g, a: _mean_over(g, a), lambda g, b: -_mean_over(g, b))",
    ),
    _averaged(
        "mul",
        "a multiplication",
        "np.multiply, lambda g, b: g * b, lambda g, a: g * a)",
        "np.multiply, lambda g, a, b: _mean_over(g, a) * b, lambda g, a, b: _mean_over(g, b) * a)",
        others={
            "operations.outer": "it is the product of a column and a row",
            "gradient-argument.vector-jacobian-product": "one of its factors is stretched",
            "gradient-argument.never-a-full-jacobian": "one of its factors is stretched",
            "training.one-weight-for-all-points": "one weight is stretched over all points",
            "detach.change-of-an-unsaved-value": "both factors are saved, needed or not",
            "in-place.unsaved-value-overwritten": "both factors are saved, needed or not",
        },
    ),
    _averaged(
        "div",
        "a division",
        "lambda g, b: g / b, lambda g, a, b: -g * a / (b * b)",
        "lambda g, a, b: _mean_over(g, a) / b, lambda g, a, b: -_mean_over(g, b) * a / (b * b)",
    ),
    _mutant(
        "exponents-averaged",
        "A row of exponents is handed the mean of its gradients",
        ("pow-tensor-broadcast-row",),
        (
            "lambda g, a, b, y: g * np.where(",
            "lambda g, a, b, y: _mean_over(g, b) * np.where(",
        ),
        ("def operation(", _MEAN),
    ),
    _mutant(
        "exponent-is-a-constant",
        "The exponent of a power counts as a constant and is given nothing",
        ("pow-tensor",),
        ("lambda g, a, b, y: g * np.where(", "lambda g, a, b, y: 0 * np.where("),
    ),
    _mutant(
        "number-to-a-power-turned",
        "A number to the power of a tensor is computed the other way round",
        ("pow-tensor-of-a-number",),
        (
            "__rpow__, __rmatmul__ = _reflected(__pow__),",
            "__rpow__, __rmatmul__ = __pow__,",
        ),
    ),
    _mutant(
        "exponent-rounded",
        "A number as exponent is rounded to a whole number on the way back",
        ("pow-fraction",),
        ("g * b * a ** (b - 1))", "g * b * a ** (b.round() - 1 if b.ndim == 0 else b - 1))"),
    ),
    _mutant(
        "exponent-without-sign",
        "A number as exponent loses its sign when it is brought down",
        ("pow-negative",),
        ("g * b * a ** (b - 1))", "g * (abs(b) if b.ndim == 0 else b) * a ** (b - 1))"),
    ),
    Mutant(
        "stretched-over-nothing",
        "What is stretched over no rows at all keeps the gradient that nothing arrived in",
        (
            Edit(
                "autograd.py",
                "    added = array.ndim - len(shape)\n",
                "    if not array.size:\n        return array\n"
                "    added = array.ndim - len(shape)\n",
            ),
        ),
        _own(*(f"{name}-broadcast-zero-size" for name in ("add", "sub", "mul", "div"))),
    ),
    Mutant(
        "row-of-a-maximum-paid-once",
        "A row in a maximum is handed the gradient of one row of the matrix only",
        (
            Edit(
                "elementwise.py",
                "    return np.where(a == b, g / 2, np.where(a < b, 0, g))\n",
                "    return np.where(a == b, g / 2, np.where(a < b, 0, g))"
                "[: 1 if a.ndim < g.ndim else None]\n",
            ),
        ),
        _own("maximum-broadcast-row"),
    ),
    Mutant(
        "number-of-a-choice-averaged",
        "One number in where is handed a mean instead of a sum",
        (
            Edit(
                "elementwise.py",
                "lambda g: np.where(chosen, 0, g),",
                "lambda g, b: np.where(chosen, 0, g) * (b.size / g.size),",
            ),
        ),
        _own("where-broadcast-number"),
        {"operations.cumprod": "it chooses factors from a row that is stretched"},
    ),
)
