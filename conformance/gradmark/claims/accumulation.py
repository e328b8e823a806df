"""What the documents say about gradients that add up."""

from gradmark.claims.claim import OLDEST, must, should

CLAIMS = (
    must(
        "accumulation.adds-to-existing",
        "backward adds to the gradient that a leaf already has.",
        "000:127-129 000:139 001:49 004:91 002:103 003:353 003:478-479",
    ),
    must(
        "accumulation.two-losses",
        "With four ones, the sums of 2x + 1 and of 2x bring the gradient first to 2 and then to 4.",
        "000:131-139",
        "value",
    ),
    must(
        "accumulation.across-outputs",
        "Several results of one tensor all add to that tensor's gradient.",
        "001:49 004:91-92",
    ),
    must(
        "accumulation.network-then-square",
        "Where the network left -30, the square of the input with value 2 adds 4 and makes it -26.",
        "001:49-56 004:94-101",
        "value",
        contradicted="The two printed gradients are -26 and -22.",
        since=OLDEST,
    ),
    must(
        "accumulation.loop-three",
        "Three rounds of sum(x² + 2x + 7) at 1, 2 and 3 pile up 4, 6, 8 to 12, 18, 24.",
        "003:480-490",
        "value",
    ),
    must(
        "accumulation.mean-then-sum",
        "On the 4.5 of the square of ones, the sum of x adds 1, which makes 5.5.",
        "002:105-110",
        "value",
    ),
    should(
        "accumulation.function-form",
        "Gradients also pile up when backward is called as a function.",
        "000:129",
    ),
    must(
        "accumulation.stale-gradient-in-loop",
        "Without clearing, a loop reads the sum of all gradients so far.",
        "000:156 002:103",
        partly="Piled-up gradients make a training loop meaningless.",
        where="000:156",
        since=OLDEST,
    ),
)
