"""What the documents say about changes in place."""

from gradmark.claims.claim import detail, must

CLAIMS = (
    detail(
        "inplace.trailing-underscore",
        "A method with a trailing underscore changes its tensor and gives it back.",
        "003:195 003:205-212",
    ),
    must(
        "inplace.plain-methods-leave-original",
        "Without the underscore, add, sub, mul, div and pow leave their tensor alone.",
        "003:199-204",
    ),
    detail(
        "inplace.arithmetic-chain",
        (
            "In place, adding 1, taking 1 away, doubling, dividing by 3 and squaring make "
            "(2d/3)² of d."
        ),
        "003:197 003:205-212",
        "value",
    ),
    detail(
        "inplace.integer-division-refused",
        "Dividing an integer tensor in place is refused.",
        "003:206",
        "error",
    ),
    must(
        "inplace.operator-assignment",
        "+=, -= and *= change the tensor's own memory.",
        "002:185 003:398 003:538",
    ),
    must(
        "inplace.leaf-requiring-grad-raises",
        "Changing a tracked leaf in place while tracking is on is refused.",
        "003:536-538 002:176",
        "error",
    ),
    must(
        "inplace.leaf-under-no-grad",
        (
            "Under no_grad a tracked leaf can be changed in place and stays a tracked leaf "
            "with its gradient."
        ),
        "003:536-538",
    ),
    must(
        "inplace.recorded-on-non-leaf",
        "On a computed tensor an in-place change is recorded and counts in the gradient.",
        "002:176",
    ),
    must(
        "inplace.saved-value-overwritten-raises",
        "Overwriting what the graph kept makes backward refuse.",
        "002:174-176",
        "error",
    ),
)
