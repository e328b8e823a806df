"""The words of the trade, explained once, in the words that the explanations are written in."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means; ``forms`` are the patterns of the other shapes it comes in."""

    name: str
    means: str
    forms: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Return what the glossary's page is linked by."""
        return re.sub(r"[ _]", "-", self.name.lower())

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds the word in a text, in any of its forms."""
        shapes = "|".join((re.escape(self.name), *self.forms))
        return re.compile(rf"(?<![\w.-])(?:{shapes})(?![\w-])", re.IGNORECASE)


_TERMS = (
    Term("alias", "A second name for the same tensor or the same memory.", ("aliases",)),
    Term("autograd", "Automatic differentiation: derivatives found by a library, not by hand."),
    Term("axis", "One of a tensor's dimensions, counted from 0.", ("axes",)),
    Term("backward", "The walk from a result to the leaves that works out their gradients."),
    Term("batch", "Several examples that are computed together, side by side.", ("batches",)),
    Term("bias", "What a linear layer adds after it has multiplied by its weights."),
    Term(
        "broadcasting",
        "Stretching operands of unlike shapes to one shape, as if they were repeated.",
        ("broadcasts?", "broadcasted"),
    ),
    Term("chain rule", "The derivative of steps in a row is the product of their derivatives."),
    Term("complex", "Of numbers: with a real and an imaginary part."),
    Term("constant", "A value that is not tracked: nothing flows back to it.", ("constants",)),
    Term("contiguous", "Stored in one piece, row after row, without gaps.", ("contiguity",)),
    Term(
        "cross entropy",
        "A loss for choosing between classes: minus the logarithm of the right one's share.",
        ("cross_entropy",),
    ),
    Term(
        "decorator",
        "A function that is written above another with @ and changes it.",
        ("decorat(?:es?|ed|ing)",),
    ),
    Term("derivative", "How fast a result changes with its input; the slope.", ("derivatives",)),
    Term(
        "detach",
        "To take a value out of the graph; what is left is a constant.",
        ("detach(?:es|ed|ing)",),
    ),
    Term("device", "Where a tensor lies and is computed: the CPU, a GPU.", ("devices",)),
    Term("dtype", "The type of a tensor's elements, such as float32.", ("dtypes",)),
    Term("exponent", "The n of xⁿ.", ("exponents",)),
    Term("factory", "A function that makes a new tensor, such as ones.", ("factories",)),
    Term(
        "generator", "What random numbers are drawn from; a seed sets its start.", ("generators",)
    ),
    Term("grad_fn", "What a computed tensor carries: the operation that made it."),
    Term(
        "gradient",
        "The derivatives of a result with respect to each element of a tensor.",
        ("gradients",),
    ),
    Term(
        "graph",
        "The record of which operation made which value of which others.",
        ("graphs", "graph's"),
    ),
    Term("hook", "A function that is called with a gradient as it passes by.", ("hooks",)),
    Term(
        "in-place", "Changing a tensor's own memory instead of making a new tensor.", ("in place",)
    ),
    Term("index", "The number of an element's place, counted from 0.", ("ind(?:ices|exes|exing)",)),
    Term("intermediate", "Computed on the way, neither leaf nor final result."),
    Term(
        "jacobian",
        "The table of all partial derivatives: a row an output, a column an input.",
        ("jacobians", "jacobian's"),
    ),
    Term("keepdim", "A flag that keeps a reduced dimension, with the size 1."),
    Term("kink", "A point where a curve has a corner, and so no single slope.", ("kinks",)),
    Term(
        "leaf",
        "A tensor that no recorded operation made; tracked, it collects a gradient.",
        ("leaves", "leaf's", "non-leaf", "non-leaves"),
    ),
    Term("logit", "A number that a sigmoid or a softmax turns into a probability.", ("logits",)),
    Term("loss", "The one number that says how wrong a model is.", ("losses", "loss's")),
    Term("mask", "A tensor of true and false that picks elements.", ("masks", "masked")),
    Term(
        "meta device", "A pretended device: tensors there have a shape and no numbers.", ("meta",)
    ),
    Term("NaN", "Not a number: what 0/0 gives.", ("nan",)),
    Term("node", "A place in the graph: an operation with its operands.", ("nodes",)),
    Term("one-hot", "All zeros but for a single one."),
    Term("operand", "A value that an operation works on.", ("operands", "operand's")),
    Term("optimizer", "What changes parameters by their gradients, step by step.", ("optimizers",)),
    Term("parameter", "A number of a model that training changes.", ("parameters",)),
    Term("parent", "In a graph: an operand of the operation that made a value.", ("parents",)),
    Term(
        "partial derivative",
        "The derivative by one variable, with the others held fixed.",
        ("partial derivatives", "partials?"),
    ),
    Term("property", "An attribute that is computed when it is read.", ("properties",)),
    Term("quantised", "Stored as small integers that stand for coarser floats."),
    Term("rank", "The number of dimensions; a scalar has none, so 0."),
    Term(
        "recursion",
        "A function that calls itself; Python allows about a thousand levels.",
        ("recursive(?:ly)?", "recurses?"),
    ),
    Term(
        "reduction",
        "An operation that makes fewer numbers of many, such as sum.",
        ("reductions", "reduc(?:es?|ed)"),
    ),
    Term("reflected", "Of an operator: called on the right operand, as __radd__ is."),
    Term("retain_grad", "Tells a computed tensor to keep its gradient."),
    Term("retain_graph", "Tells backward to leave the graph usable."),
    Term(
        "rounding",
        "Replacing a number by the nearest one that the dtype can hold.",
        ("rounded",),
    ),
    Term(
        "saved value",
        "A value that an operation keeps because its derivative needs it.",
        ("saved values", "saved"),
    ),
    Term("scalar", "A single number, without dimensions.", ("scalars",)),
    Term(
        "seed",
        "The number that random draws start from; the same one gives the same draws.",
        ("seeds", "seeded"),
    ),
    Term("slice", "A part that is named by a start, an end and a step.", ("slic(?:es|ed|ing)",)),
    Term("slope", "The derivative of a function of one number.", ("slopes",)),
    Term(
        "stride",
        "How far apart neighbours along a dimension lie in memory.",
        ("strides", "strided"),
    ),
    Term(
        "tensor",
        "An array of numbers of one type, of any number of dimensions.",
        ("tensors", "tensor's"),
    ),
    Term("thread", "A part of a program that runs beside others.", ("threads",)),
    Term("tie", "Several elements that are largest, or smallest, together.", ("ties",)),
    Term(
        "topological order",
        "An order in which every value comes after all that it is made of.",
        ("topological",),
    ),
    Term(
        "tracked",
        "Requiring grad: what is computed from it is recorded.",
        ("untracked", "track(?:s|ing)?"),
    ),
    Term(
        "transpose",
        "The same matrix with rows and columns exchanged.",
        ("transpos(?:es|ed|ing|ition)",),
    ),
    Term(
        "vector-jacobian product",
        "Weights times the jacobian: what backward computes.",
        ("vector-jacobian", "vjp", "vjps"),
    ),
    Term("view", "A tensor that shows the memory of another one.", ("views", "viewed", "viewing")),
    Term("weight", "A factor that says how much something counts.", ("weights", "weighted")),
)


GLOSSARY: dict[str, Term] = {term.name: term for term in _TERMS}
"""The terms by name, in alphabetical order."""


def terms_in(text: str) -> tuple[str, ...]:
    """Return the names of the terms that a text uses, in the glossary's order."""
    return tuple(name for name, term in GLOSSARY.items() if term.pattern.search(text))
