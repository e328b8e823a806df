"""What the documents say about detach."""

from gradmark.claims.claim import OLDEST, detail, must

CLAIMS = (
    must(
        "detach.flag",
        "detach() gives an untracked tensor and leaves its source tracked.",
        "000:101 000:113-118 003:391 003:397",
    ),
    must(
        "detach.same-content",
        "Values, shape and dtype stay what they were when a tensor is detached.",
        "000:113 003:391",
    ),
    must(
        "detach.shares-data",
        "A detached tensor and its source share their memory.",
        "003:391 003:393",
    ),
    must(
        "detach.new-tensor",
        "detach() makes a tensor of its own.",
        "000:113 003:391 003:393 003:397",
    ),
    must(
        "detach.no-history",
        "A detached tensor is a leaf without a grad_fn, whatever it was taken from.",
        "003:391",
    ),
    must(
        "detach.write-through",
        (
            "Adding 1 in place to the detached 1, 2, 3 makes both read 2, 3, 4, and only the "
            "source is tracked."
        ),
        "003:396-400",
        "value",
    ),
    must(
        "detach.blocks-gradient",
        "Nothing flows back through a detached tensor.",
        "000:98 000:101 003:391",
    ),
    must(
        "detach.out-of-place-use-is-harmless",
        "Computing with a detached tensor leaves its source's gradient as it is.",
        "003:394",
    ),
    must(
        "detach.in-place-on-saved-raises",
        (
            "Changing the detached tensor in place, where the graph kept the source, makes "
            "backward refuse."
        ),
        "003:394 003:398",
        "error",
        contradicted="Operations on a detached tensor have no influence on the source's gradient.",
        where="003:394",
        since=OLDEST,
    ),
    must(
        "detach.in-place-harmless-if-unsaved",
        "Where the graph did not keep the source, the same change leaves its gradient alone.",
        "003:398",
        partly="Changing the detached tensor influences the source's gradient.",
        since=OLDEST,
    ),
    must(
        "detach.write-before-forward",
        "A change through the detached tensor counts for whatever is computed after it.",
        "003:398",
    ),
    must(
        "detach.safer-than-data",
        "A change that is noticed through detach() passes unnoticed through .data.",
        "003:395",
    ),
    detail(
        "detach.data-still-there",
        ".data works, and without a warning.",
        "003:395",
        partly="detach may replace .data in the future.",
        since=OLDEST,
    ),
    must(
        "detach.may-require-grad-again",
        "A detached tensor can be tracked anew and then has a gradient of its own.",
        "000:113",
        contradicted="A detached tensor can't take part in gradient computation.",
        since=OLDEST,
    ),
)
