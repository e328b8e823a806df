"""What the documents say about clearing gradients."""

from gradmark.claims.claim import OLDEST, detail, must, should

CLAIMS = (
    must(
        "zeroing.grad-zero-in-place",
        "With zero_() between the two losses, both gradients read 2.",
        "000:141-152",
        "value",
    ),
    must(
        "zeroing.zero-sets-elements",
        "zero_() leaves a gradient of zeros, which is not the same as None.",
        "000:143 002:114-116 003:353",
    ),
    must(
        "zeroing.data-zero",
        "The gradient can be cleared through its .data as well.",
        "002:114-116",
    ),
    must(
        "zeroing.loop-mean",
        (
            "Cleared in each round, the mean of x² + 2x + 7 at 1, 2 and 5 gives 4/3, 2 and 4 "
            "three times over."
        ),
        "003:499-509",
        "value",
    ),
    must(
        "zeroing.loop-does-not-accumulate",
        "Where each round clears first, nothing piles up.",
        "003:501",
        contradicted="A comment in the loop that clears says that gradients pile up.",
        since=OLDEST,
    ),
    must(
        "zeroing.manual-needed",
        "A gradient stays until the program clears it; computing anew does not clear it.",
        "000:141 002:103 003:353 003:497-498",
    ),
    should(
        "zeroing.guard-against-none",
        "Before the first backward there is nothing to clear: None has no zero_().",
        "003:505-507 003:531-533",
        "error",
    ),
    must(
        "zeroing.before-or-after",
        (
            "It makes no difference whether a gradient is cleared after its use or before the "
            "next backward."
        ),
        "000:141 002:103 003:505-508 003:531-535",
    ),
    should(
        "zeroing.optimizer-zero-grad",
        "An optimizer's zero_grad() clears every parameter that it was given.",
        "000:158-164 003:353",
    ),
    detail(
        "zeroing.optimizer-zero-grad-sets-none",
        "zero_grad() leaves None behind unless told to leave zeros.",
        "000:158-162 003:353",
        partly="The optimizer clears as x.grad.zero_() does.",
        since="2.0; 1.13.1 left zeros",
    ),
    detail(
        "zeroing.no-method-on-tensor",
        "Tensors have no zero_grad; the zero_ of their gradient does it.",
        "000:158",
        partly="Tensors have a function that clears gradients, as optimizers do.",
        since=OLDEST,
    ),
)
