"""What the documents say about operations."""

from gradmark.claims.claim import OLDEST, detail, must, should

CLAIMS = (
    must(
        "operators.network-forward",
        "2 times 5 is 10, times 6 is 60, and 10 minus that is -50, in every element.",
        "001:3-5 001:15 001:20 001:24 001:29-36 004:9-13 004:29-40 004:45-52",
        "value",
    ),
    must(
        "operators.add-grad",
        "Addition hands its gradient on to both operands as it is.",
        "000:19 000:36 002:21 002:59",
    ),
    must(
        "operators.sub-grad",
        "In a - b the gradient goes to a as it is and to b with the other sign.",
        "001:5 001:24 004:13 004:40 000:107",
    ),
    must(
        "operators.mul-grad",
        "In a product, each operand's gradient is multiplied by the other operand.",
        "001:15 001:20 004:29 004:35 003:376",
    ),
    must(
        "operators.div-grad",
        "Of a/b, a gets the gradient over b, and b gets it times -a/b².",
        "000:106-108",
    ),
    must(
        "operators.pow-grad",
        "xⁿ has the slope n·xⁿ⁻¹.",
        "000:122 002:155-157 003:407 003:417",
    ),
    must(
        "operators.python-number-operands",
        "Python numbers go on either side of an operator and count as constants.",
        "000:19 000:36-37 000:87-89 000:107 000:132 002:184 003:407",
    ),
    must(
        "operators.neg-and-sqrt",
        "A negation has the slope -1 and a square root 1/(2√x).",
        "003:195",
    ),
    must(
        "operators.sum-grad",
        "A sum has no dimensions and hands its gradient on to every element.",
        "000:132-133 002:106 003:361 003:377 003:485",
    ),
    must(
        "operators.mean-grad",
        "A mean has no dimensions and hands every element its gradient over their number.",
        "000:38 002:61 003:441 003:504 003:530",
    ),
    must(
        "operators.view-grad",
        "Gradients come back through view in the shape of the source.",
        "002:139",
    ),
    must(
        "operators.broadcast-grad",
        (
            "An operand that was stretched to fit gets the sum of its copies' gradients, in "
            "its own shape."
        ),
        "003:523 003:528 003:335",
    ),
    should(
        "operators.matmul-grad",
        "Of A @ B with the gradient g, A gets g @ Bᵀ and B gets Aᵀ @ g.",
        "003:213-222 003:337",
    ),
    detail(
        "operators.method-forms",
        "add, sub, mul, div and pow equal the five signs, and integers divide into floats.",
        "003:199-204",
    ),
    detail(
        "operators.matmul-definition",
        "An entry of a matrix product pairs a row with a column, multiplies and adds up.",
        "003:215-220",
        "definition",
    ),
    detail(
        "operators.matmul-shape",
        "An N by M matrix times an M by P matrix is N by P.",
        "003:216-219 003:221",
    ),
    detail(
        "operators.matmul-mismatch",
        "Matrices whose inner sizes differ can't be multiplied.",
        "003:221",
        "error",
    ),
    detail(
        "operators.matmul-value",
        "The two by three times three by two example is [[22, 17], [52, 41]], as @ and as matmul.",
        "003:222-233",
        "value",
    ),
    detail(
        "operators.dot-is-not-matmul",
        "A dot product makes a number of two vectors and refuses matrices.",
        "003:213-215",
        "error",
        contradicted="The dot product is another name of the matrix product.",
        since=OLDEST,
    ),
    detail(
        "operators.hadamard-value",
        "The elementwise example is [[2, 6, 12], [8, 10, 18]], as * and as mul.",
        "003:240-244",
        "value",
    ),
    detail(
        "operators.hadamard-definition",
        "The elementwise product pairs entries at the same place, which is no matrix product.",
        "003:235-239",
        "definition",
    ),
    detail(
        "operators.hadamard-broadcasts",
        "Shapes may differ in an elementwise product as long as one stretches to the other.",
        "003:235",
        partly="The two shapes have to be the same.",
        since=OLDEST,
    ),
    detail(
        "operators.cross-is-not-hadamard",
        "A cross product of 3-vectors is perpendicular to both, and is no elementwise product.",
        "003:234-235",
        contradicted="The cross product is another name of the elementwise product.",
        since=OLDEST,
    ),
    detail(
        "operators.broadcasting-like-numpy",
        "Unequal shapes are stretched by NumPy's rules.",
        "003:335",
    ),
)
