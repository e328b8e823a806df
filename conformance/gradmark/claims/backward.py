"""What the documents say about backward."""

from gradmark.claims.claim import OLDEST, detail, must, should

CLAIMS = (
    must(
        "backward.two-stage-network",
        (
            "With ones as gradient, the two-stage network gives -30 for the input, -12 for "
            "the first weight and -10 for the second."
        ),
        "001:8-24 001:39-48 004:22-40 004:59-79",
        "value",
    ),
    must(
        "backward.result-goes-to-grad-attribute",
        "backward gives nothing back; what it finds is read from the leaves.",
        "000:26 000:30-31 000:72",
    ),
    must(
        "backward.chain-rule",
        "Along a path the derivatives of the steps multiply.",
        "000:68-70 000:80 001:39 004:61 004:85",
    ),
    must(
        "backward.gradient-is-derivative",
        "With one variable, the gradient is the ordinary derivative at that point.",
        "000:3-5 000:33 003:337",
        "definition",
    ),
    must(
        "backward.gradient-is-vector-of-partials",
        "With several variables, the gradient lists the partial derivatives, one a variable.",
        "000:5-7 000:35 000:48-54 000:78",
        "definition",
    ),
    must(
        "backward.steepest-ascent",
        (
            "A small step along the gradient raises the function more than a step of that "
            "length in any other direction."
        ),
        "000:9",
    ),
    must(
        "backward.linear-one-variable",
        "The slope of 2x + y in x is 2, at any point.",
        "000:15-31",
        "value",
    ),
    must(
        "backward.all-partials",
        "backward gives gradients to tracked variables; a constant in the same formula gets none.",
        "000:26",
        partly="backward finds the partial derivatives of all variables.",
        since=OLDEST,
    ),
    must(
        "backward.one-element-vector-implicit",
        "A vector with one element needs no argument for backward.",
        "000:16 000:19 000:30 002:179 002:184-187",
    ),
    must(
        "backward.mean-of-squares",
        "The gradient of mean(3(x + 2)²) over three elements is 2(x + 2).",
        "000:35-40 000:72-78 000:42",
        "value",
    ),
    must(
        "backward.mean-expands-to-sum",
        "A mean of n terms gives each of them the share 1/n.",
        "000:11 000:50 000:64-66",
        "value",
    ),
    must(
        "backward.intermediate-partials",
        (
            "In mean(3y²) with y = x + 2 over three elements, the slopes 2y and 1 multiply to "
            "2(x + 2)."
        ),
        "000:56-70",
        "value",
    ),
    must(
        "backward.mean-2x2",
        "For four ones in a square, mean(3(x + 2)²) is 27 and each gradient is 4.5.",
        "002:55-71 002:73-84",
        "value",
    ),
    must(
        "backward.scalar-polynomial",
        "x² + 2x + 3 has the slope 4 at 1.",
        "003:402-411",
        "value",
        contradicted="The printed gradient is 3.",
        since=OLDEST,
    ),
    must(
        "backward.mean-polynomial",
        "The mean of x² + 2x + 3 over 1, 2 and 3 has the gradients 4/3, 2 and 8/3.",
        "003:436-447 003:453",
        "value",
        contradicted="The first gradient is 1 in the derivation and in the printed result.",
        since=OLDEST,
    ),
    must(
        "backward.mean-polynomial-formula",
        "For that mean over three elements each gradient is (2x + 2)/3.",
        "003:451-452",
    ),
    must(
        "backward.mean-upstream-is-one-over-n",
        "A mean hands 1/n of its gradient to each of its n elements.",
        "003:449-450 002:123-127",
    ),
    must(
        "backward.mean-is-weighted-sum",
        "A mean equals the sum of the elements weighted by 1/n, and so do the gradients.",
        "002:123-125",
    ),
    must(
        "backward.product-then-sum",
        "When products are summed up, each factor's gradient is the other factor.",
        "003:361-362 003:374-377",
    ),
    detail(
        "backward.dependency-graph",
        "From the sum of a product the recorded graph goes to the product and on to both factors.",
        "003:342-343 003:361-371",
    ),
    detail(
        "backward.graph-nodes-are-functions",
        "The recorded graph links operations; constants do not appear in it.",
        "003:342 002:6",
        contradicted="Tensors are the nodes of the graph, and operations are its edges.",
        where="003:342",
        since=OLDEST,
    ),
    detail(
        "backward.graph-built-by-operations",
        "A graph grows when operations run; a flag alone makes none.",
        "002:6 003:342-343",
        partly="Setting requires_grad=True builds the graph.",
        where="002:6",
        since=OLDEST,
    ),
    must(
        "backward.operation-records-dependency",
        (
            "A tracked operation gives a new tensor that knows its operands, and leaves these "
            "as they were."
        ),
        "003:343",
        partly=(
            "Each operation gives a new tensor, though the same text goes on to operations "
            "that change their own tensor."
        ),
        since=OLDEST,
    ),
    must(
        "backward.graph-is-dynamic",
        (
            "Each run records a graph of its own, so Python's loops and branches may differ "
            "from run to run."
        ),
        "000:88-89 003:14 003:342 003:362",
    ),
    should(
        "backward.runs-from-output-to-leaves",
        (
            "Gradients are worked out from the result towards the leaves, against the order "
            "of computation."
        ),
        "003:356-357 003:448",
    ),
    must(
        "backward.loss-with-respect-to-tensor",
        "A leaf's gradient says how the loss changes with the leaf.",
        "003:356",
        contradicted=(
            "The wording has it the other way round: how each tensor changes with the loss."
        ),
        since=OLDEST,
    ),
    should(
        "backward.function-form",
        "The function torch.autograd.backward and the method backward do one thing.",
        "000:13 000:80 000:129",
    ),
    must(
        "backward.only-marked-variables",
        "Tracked variables get partial derivatives, and no others do.",
        "000:13",
    ),
    must(
        "backward.without-any-tracked-input",
        "backward on a result of constants is refused.",
        "000:20-22 000:24 003:345 003:473-476",
        "error",
    ),
    must(
        "backward.reused-tensor-sums-paths",
        "Used twice in an expression, a tensor gets the sum of two shares: x·x has the slope 2x.",
        "000:37 001:50 004:95 002:20 002:60",
    ),
    must(
        "backward.start-shape-is-free",
        "The result that backward starts from need not have the shape of the leaves.",
        "001:6 004:15",
    ),
    detail(
        "backward.wrong-method-names",
        "Two misspellings of backward are no methods of a tensor.",
        "001:49 001:57 004:91 004:103",
        contradicted=(
            "The method is written once with an s too many and once without its last letter."
        ),
        since=OLDEST,
    ),
)
