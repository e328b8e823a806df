"""What the documents say about .data."""

from gradmark.claims.claim import OLDEST, detail, must

CLAIMS = (
    must(
        "data.is-tensor",
        ".data is a tensor with the same values.",
        "002:181",
    ),
    must(
        "data.outside-graph",
        ".data is untracked and has no history.",
        "002:182",
    ),
    must(
        "data.scaled-after-linear-forward",
        (
            "With y = 2x at 1, multiplying x.data by 100 makes x read 100 and leaves its "
            "gradient at 2."
        ),
        "002:178-196",
        "value",
    ),
    must(
        "data.shares-storage",
        "A write to .data is a write to the tensor.",
        "002:185 002:188",
    ),
    must(
        "data.write-not-recorded",
        "A write to .data raises nothing and leaves the tensor a tracked leaf.",
        "002:176 002:185",
    ),
    must(
        "data.harmless-only-if-unsaved",
        (
            "Where the graph kept the value, a write to .data falsifies the gradient: x·x at "
            "1 gives 200 after a factor of 100."
        ),
        "002:174-176 002:185",
        contradicted="A change through .data has no influence on the gradients.",
        since=OLDEST,
    ),
    detail(
        "data.bypasses-version-check",
        ".data hides a change from the check for unsafe changes; no_grad does not.",
        "002:176",
        partly=".data is the way to change values that autograd does not record.",
        since=OLDEST,
    ),
    must(
        "data.write-before-forward",
        "A change through .data counts for whatever is computed after it.",
        "002:176",
    ),
)
