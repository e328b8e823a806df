"""Mutants with two bugs: the first must not hide the second."""

from gradmark_reference.mutants.bank import accumulation, data, detach, grad_mode, lifetime, zeroing
from gradmark_reference.mutants.mutant import Edit, Mutant

_CHAPTERS = (accumulation, data, detach, grad_mode, lifetime, zeroing)
_KNOWN = {mutant.id: mutant for chapter in _CHAPTERS for mutant in chapter.MUTANTS}


def _bug(
    title: str, old: str, new: str, own: tuple[str, ...], others: dict[str, str] | None = None
) -> Mutant:
    """Return a bug in one place of the tensor, to be half of a pair."""
    return Mutant(title, title, (Edit("tensor.py", old, new),), own, others or {})


def _pair(identity: str, one: Mutant | str, other: Mutant | str) -> Mutant:
    """Return an engine with both bugs: each must show wherever it shows alone."""
    first = _KNOWN[one] if isinstance(one, str) else one
    second = _KNOWN[other] if isinstance(other, str) else other
    own = tuple(dict.fromkeys(first.own + second.own))
    others = {**first.others, **second.others}
    return Mutant(
        identity,
        f"{first.title}, and {second.title[0].lower()}{second.title[1:]}",
        first.edits + second.edits,
        own,
        {name: why for name, why in others.items() if name not in own},
        bugs=2,
    )


MUTANTS = (
    _pair(
        "overwritten-and-lost-in-exceptions",
        "leaf-gradient-overwritten",
        "no-grad-lost-in-exceptions",
    ),
    _pair(
        "sum-of-ones-and-overwritten",
        _bug(
            "The backward of sum ignores what arrives",
            "np.broadcast_to(g.reshape(kept), shape))",
            "np.ones(shape, g.dtype))",
            own=("operators.sum-times-weight",),
            others={
                "gradient-argument.vector-jacobian-product": "a sum stands in its middle",
                "gradient-argument.scales-one-element": "what is scaled is a sum",
                "operations.trace": "it is a sum",
            },
        ),
        "leaf-gradient-overwritten",
    ),
    _pair(
        "minus-lost-and-retain-ignored",
        _bug(
            "Negation loses its minus on the way back",
            "np.negative, lambda g: -g)",
            "np.negative, lambda g: g)",
            own=("operators.neg-grad",),
        ),
        "retain-graph-ignored",
    ),
    _pair("detach-copies-and-data-ignores", "detach-copies", "data-write-is-ignored"),
    _pair(
        "flag-masked-and-argument-ignored",
        "flag-masked-by-the-mode",
        "set-grad-enabled-always-off",
    ),
    _pair(
        "old-exponent-and-depth-first",
        _bug(
            "The derivative of a power keeps its exponent",
            "g * b * a ** (b - 1))",
            "g * b * a**b)",
            own=("operators.pow-grad",),
            others={"operations.norm-one": "the 1-norm has a power in it"},
        ),
        "depth-first-order",
    ),
    _pair(
        "argument-ignored-and-graph-alive",
        _bug(
            "The gradient argument of backward is ignored",
            "np.ones(self.shape) if gradient is None else gradient._array",
            "np.ones(self.shape)",
            own=(
                "gradient-argument.weights-each-output",
                "gradient-argument.equals-weighted-sum",
                "gradient-argument.scales-one-element",
            ),
        ),
        "graph-stays-alive",
    ),
    _pair(
        "ones-for-vectors-and-zero-lost",
        _bug(
            "The backward of a vector starts from ones",
            "if gradient is None and self.numel() != 1:",
            "if False:",
            own=("gradient-argument.vector-refused",),
            others={
                "gradient-argument.refusal-says-why": "the refusal that it reads does not come",
                "gradient-argument.refusal-leaves-grad-alone": "nothing is refused",
            },
        ),
        "zero-returns-a-cleared-copy",
    ),
    _pair("used-up-and-nesting-lost", "every-node-used-up", "no-grad-restores-to-on"),
    _pair(
        "order-lost-and-no-decorator",
        _bug(
            "A number minus a value is taken the other way round",
            "_reflected(__add__), _reflected(__sub__)",
            "_reflected(__add__), __sub__",
            own=("operators.number-minus-value",),
        ),
        "no-grad-only-a-block",
    ),
    _pair(
        "quotient-rule-and-flag-dropped",
        _bug(
            "The divisor's gradient lacks its minus",
            "lambda g, a, b: -g * a / (b * b)",
            "lambda g, a, b: g * a / (b * b)",
            own=("operators.div-grad",),
        ),
        "data-write-drops-the-flag",
    ),
    _pair(
        "all-leaves-and-total-kept",
        _bug(
            "Every tensor says that it is a leaf",
            "return self.grad_fn is None",
            "return True",
            own=("leaf.user-made-is-leaf", "leaf.constants-are-leaves"),
            others={
                "leaf.expression-hides-the-leaf": "the scaled tensor says that it is one",
                "leaf.new-node-for-a-trivial-result": "it asks a product whether it is a leaf",
                "leaf.network-leaves": "it asks hidden values whether they are leaves",
                "leaf.retained-gradient": "it asks a product whether it is a leaf",
            },
        ),
        "total-kept-beside-grad",
    ),
)
