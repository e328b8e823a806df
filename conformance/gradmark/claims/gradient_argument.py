"""What the documents say about backward's argument."""

from gradmark.claims.claim import OLDEST, detail, must, should

CLAIMS = (
    must(
        "gradient-argument.scalar-needs-none",
        "A scalar result calls backward without an argument.",
        "001:49 004:86 002:118 003:435",
    ),
    must(
        "gradient-argument.default-is-one",
        "For a scalar, leaving the argument out is the same as passing a one.",
        "001:49 004:86",
    ),
    detail(
        "gradient-argument.default-object",
        (
            "The argument is None unless given, and PyTorch puts a one of the result's dtype "
            "in its place."
        ),
        "001:49 004:86",
        partly="The default is the integer tensor 1.",
        since=OLDEST,
    ),
    detail(
        "gradient-argument.integer-one-accepted",
        "An integer one is accepted as the gradient of a floating point scalar.",
        "001:49 004:86",
    ),
    must(
        "gradient-argument.scalar-accepts-explicit",
        "A gradient passed to a scalar's backward multiplies all gradients.",
        "001:49 004:86",
    ),
    should(
        "gradient-argument.keyword-name",
        "The argument may be named: gradient=.",
        "001:49 004:81-83",
    ),
    must(
        "gradient-argument.vector-without-raises",
        "A result with several elements can't call backward without an argument.",
        "001:49 004:86 002:118 003:412-424",
        "error",
    ),
    should(
        "gradient-argument.vector-without-message",
        "The refusal is a RuntimeError that speaks of scalar outputs.",
        "003:422-423",
    ),
    must(
        "gradient-argument.one-element-any-rank",
        (
            "One element is all it takes to leave the argument out; the number of dimensions "
            "does not matter."
        ),
        "001:49 004:86",
        partly="Above dimension one the argument is compulsory.",
        since=OLDEST,
    ),
    must(
        "gradient-argument.shape-must-match",
        (
            "A gradient of another shape than the result's is refused, also where it could be "
            "stretched to fit."
        ),
        "001:49 004:84 002:118 002:130 003:424",
        "error",
    ),
    must(
        "gradient-argument.same-count-other-shape",
        "As many elements in another arrangement are refused too.",
        "001:49 004:84 002:118",
        "error",
    ),
    should(
        "gradient-argument.scalar-gradient-shape",
        "A scalar's gradient has no dimensions: one of shape (1,) is refused.",
        "001:49 004:84 002:118",
        "error",
    ),
    must(
        "gradient-argument.vector-ones",
        "With ones as gradient, x² + 2x + 3 at 1, 2 and 3 gives 4, 6 and 8.",
        "003:425-434",
        "value",
        contradicted="The first of the three is printed as 3.",
        since=OLDEST,
    ),
    must(
        "gradient-argument.weights-each-output",
        "Each element of the argument is the weight of one element of the result.",
        "000:80-84 002:133",
    ),
    must(
        "gradient-argument.repeated-doubling",
        (
            "Eleven doublings turn the weights 0.1, 1 and 0.0001 into the gradients 204.8, "
            "2048 and 0.2048."
        ),
        "000:82-94",
        "value",
    ),
    must(
        "gradient-argument.view-weighted",
        (
            "x² + 2, seen as a square and weighted by 1, 0.1, 1 and 0.01, gives 1, 2, 3 and "
            "4.5 the gradients 2, 0.4, 6 and 0.09."
        ),
        "002:136-145",
        "value",
    ),
    must(
        "gradient-argument.equals-weighted-sum",
        "Passing weights is the same as summing up the weighted result first.",
        "002:128-132",
    ),
    must(
        "gradient-argument.ones-equals-sum",
        "Passing ones is the same as summing up first.",
        "001:39 001:49 004:66 004:84 003:430 002:133",
    ),
    must(
        "gradient-argument.no-default-ones-for-vectors",
        "For several elements nothing is filled in: ones have to be passed.",
        "002:133",
        partly="The weights are ones unless others are given.",
        since=OLDEST,
    ),
    must(
        "gradient-argument.is-upstream-derivative",
        (
            "What is passed to backward is how the final result changes with the tensor that "
            "it is called on."
        ),
        "001:49 004:83 003:424",
        "definition",
    ),
    must(
        "gradient-argument.own-derivative-is-one",
        "A result changes with itself at the rate 1, in every element.",
        "001:49 004:84",
    ),
    must(
        "gradient-argument.start-at-intermediate",
        "Starting at y with -1 gives what starting at L = Y - y with 1 gives.",
        "001:49 004:85",
        "value",
    ),
    must(
        "gradient-argument.vector-jacobian-product",
        "backward with v computes v times the table of all partial derivatives.",
        "002:92-101",
    ),
    must(
        "gradient-argument.jacobian-rows",
        (
            "That table has a row for each output and a column for each input; a one among "
            "zeros picks a row."
        ),
        "002:87-90",
        "definition",
    ),
    must(
        "gradient-argument.never-a-full-jacobian",
        "A gradient has the shape of its leaf, whatever the shape of the result.",
        "002:120 002:128",
        partly="A tensor can't be differentiated by a tensor at all.",
        since=OLDEST,
    ),
    detail(
        "gradient-argument.grad-variables-renamed",
        (
            "The weights of torch.autograd.backward are called grad_tensors; grad_variables "
            "still works, with a warning."
        ),
        "000:80",
        contradicted="The parameter is called grad_variables.",
        since="1.13.1 or earlier; the category of the warning has changed since",
    ),
)
