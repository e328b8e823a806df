"""What the documents say about leaves and flags."""

from gradmark.claims.claim import OLDEST, detail, must, should

CLAIMS = (
    must(
        "leaf.requires-grad-default-false",
        "Gradient tracking is off unless the creation call asks for it.",
        "003:340",
    ),
    must(
        "leaf.opt-in-at-creation",
        "The creation functions take requires_grad=True and give a tracked tensor.",
        "000:13 000:16 000:131 001:37 004:56 002:6 002:19 003:340 003:374",
    ),
    detail(
        "leaf.keyword-spelling",
        (
            "A creation function refuses a keyword that it does not know, however close to "
            "requires_grad."
        ),
        "002:6",
        "error",
        contradicted="The keyword is printed with two letters swapped.",
        since=OLDEST,
    ),
    must(
        "leaf.opt-in-in-place",
        (
            "requires_grad_() turns tracking on for a tensor that already exists, and gives "
            "the same tensor back."
        ),
        "000:104 001:9 001:12 001:17 001:37 004:23 004:25 004:31 004:56 002:33 002:42",
    ),
    should(
        "leaf.requires-grad-is-bool",
        "The flag requires_grad is True or False and nothing else.",
        "002:10",
    ),
    must(
        "leaf.is-leaf-is-bool",
        "Every tensor answers is_leaf with True or False.",
        "002:14 003:372-373",
    ),
    must(
        "leaf.user-created-is-leaf",
        "What the user creates with tracking on is a leaf.",
        "001:6 004:16 003:346-348 003:374-379 003:385-386",
    ),
    must(
        "leaf.computed-is-not-leaf",
        "Whatever is computed from a tracked tensor, halfway or at the end, is no leaf.",
        "003:351 003:376-381 003:385-386",
    ),
    must(
        "leaf.network-leaves",
        (
            "The two-stage network has its input and its two weights as leaves; hidden value, "
            "output and loss are computed."
        ),
        "001:3-6 001:40 004:8 004:15-16 004:69",
        partly=(
            "Input and hidden value are both called intermediate layers, and the input is "
            "listed among the leaves a line later."
        ),
        since=OLDEST,
    ),
    must(
        "leaf.constant-is-leaf-too",
        "An untracked tensor is a leaf as well.",
        "001:6 004:16 003:347-348",
        contradicted="To be a leaf, a tensor has to require grad.",
        since=OLDEST,
    ),
    must(
        "leaf.computed-from-constants-is-leaf",
        "A result of untracked operands is a leaf, computed or not.",
        "001:6 004:16 003:351 003:385-386",
        contradicted="What was computed from other tensors is never a leaf.",
        since=OLDEST,
    ),
    must(
        "leaf.requires-grad-after-computation",
        (
            "Tracking may be turned on for the result of constants, and its grad_fn is None "
            "before and after."
        ),
        "002:33-53",
        "value",
    ),
    must(
        "leaf.late-flag-makes-working-leaf",
        (
            "A result of constants that is told to require grad later works as a leaf: it "
            "collects a gradient."
        ),
        "001:57 004:103 002:42-52",
        contradicted="A leaf must not have been through any computation.",
        where="001:57 004:103",
        since=OLDEST,
    ),
    must(
        "leaf.grad-fn-none-because-unrecorded",
        (
            "A result lacks a grad_fn because nothing was tracked when it was computed, and "
            "assigning it to its operand's name has no part in it."
        ),
        "002:52",
        contradicted="The grad_fn is None because the variable was computed from itself.",
        since=OLDEST,
    ),
    must(
        "leaf.grad-none-before-backward",
        "Until a backward reaches it, a leaf has None for a gradient.",
        "003:505-507 003:531-533",
    ),
    must(
        "leaf.grad-stored-in-leaf",
        "After backward, every tracked leaf that took part holds its gradient in .grad.",
        "000:72 001:40 004:68 003:352 003:387 002:62",
    ),
    must(
        "leaf.non-leaf-grad-none",
        "After backward, a computed tensor has None for a gradient.",
        "001:57 004:103 002:16 003:354 003:387",
    ),
    should(
        "leaf.non-leaf-grad-warning",
        "Asking a computed tensor for .grad warns, and the warning mentions retain_grad.",
        "001:57 004:103 003:387",
        partly="The gradient of a computed tensor is None, and nothing is said of a warning.",
        since=OLDEST,
    ),
    must(
        "leaf.non-leaf-gradient-flows-through",
        (
            "Computed tensors do get a gradient on the way: it is handed on to the leaves and "
            "not kept."
        ),
        "001:57 004:103 002:16 003:354 003:356 003:387 003:448",
        partly="Only leaves have their gradient calculated.",
        where="001:57 004:103 002:16",
        since=OLDEST,
    ),
    must(
        "leaf.retain-grad",
        "After retain_grad(), a computed tensor keeps its gradient too.",
        "001:57 004:103 002:16 003:354 003:387",
        contradicted="Leaves alone can hold a gradient; a computed tensor never stores one.",
        since=OLDEST,
    ),
    must(
        "leaf.only-requiring-leaves-get-grad",
        (
            "Left alone, backward fills .grad of tensors that are tracked and leaves, and of "
            "no others."
        ),
        "002:16 003:340 003:344-345",
    ),
    must(
        "leaf.constant-input-grad-none",
        "An untracked operand has no gradient after a backward through its operation.",
        "000:17-18 000:24 001:21 004:36",
    ),
    must(
        "leaf.unused-leaf-grad-none",
        "A leaf that the result does not depend on gets no gradient.",
        "001:40 004:68 003:352",
    ),
    must(
        "leaf.expression-makes-non-leaf",
        (
            "In x = 2 * ones(..., requires_grad=True) the name x is bound to a product, so "
            "x.grad stays None."
        ),
        "001:57 004:103",
    ),
    must(
        "leaf.inner-factory-is-the-leaf",
        "What such a product is made from, the tensor of ones, is the leaf that gets the gradient.",
        "001:57 004:103",
    ),
    must(
        "leaf.grad-fn-none-for-user-created",
        "A tensor made by a creation function has no grad_fn, tracked or not.",
        "002:12 002:24 002:40",
    ),
    must(
        "leaf.grad-fn-present",
        "The result of an operation on a tracked operand has a grad_fn.",
        "000:19-21 001:38 004:57 002:12 002:26-28 003:343",
        partly="Every tensor that comes out of an operation has a grad_fn.",
        where="001:38 004:57 002:12",
        since=OLDEST,
    ),
    detail(
        "leaf.grad-fn-is-gradient-function",
        "A grad_fn maps the gradient of a result to the gradients of its operands.",
        "001:38 004:57 002:12",
        "definition",
    ),
    should(
        "leaf.untracked-operations",
        "Comparisons, argmax and other operations without a derivative give untracked results.",
        "003:343",
        partly="All operations on a tracked tensor are tracked.",
        since=OLDEST,
    ),
    must(
        "leaf.grad-fn-absent-without-grad-inputs",
        "Untracked operands give an untracked result without a grad_fn.",
        "000:20-22 000:24 002:12 002:37-40 003:344-345",
    ),
    must(
        "leaf.requires-grad-propagates",
        "One tracked operand is enough to make the result tracked.",
        "000:24 000:19 003:343-344 003:461-462",
    ),
    detail(
        "leaf.grad-fn-names-operation",
        "The name of a result's grad_fn tells which operation made it.",
        "000:21 000:40 000:108 001:38 004:57 002:12 002:26-28 002:61",
    ),
    should(
        "leaf.integer-cannot-require-grad",
        "Creating an integer tensor with tracking on is refused.",
        "003:404 003:414 003:425 003:436 003:480 003:499",
        "error",
    ),
    should(
        "leaf.integer-cannot-require-grad-later",
        "Turning tracking on for an integer tensor is refused too.",
        "003:404 003:414",
        "error",
    ),
    detail(
        "leaf.complex-may-require-grad",
        "Complex tensors can be tracked as floating point ones can.",
        "003:404 003:414",
        contradicted="Only floating point tensors can be differentiated.",
        since=OLDEST,
    ),
    should(
        "leaf.non-leaf-flag-cannot-be-cleared",
        "requires_grad_(False) on a computed tensor is refused.",
        "000:100 000:104",
        "error",
        partly="The flag of any tensor can be turned off in place.",
        since=OLDEST,
    ),
    must(
        "leaf.backward-on-leaf-itself",
        "A scalar leaf may call backward itself and then has the gradient 1.",
        "003:388",
        partly="Leaves only begin a graph; other tensors are its middle and its end.",
        since=OLDEST,
    ),
    detail(
        "leaf.is-start-of-graph",
        "Walking the graph backwards from a result ends at the tracked leaves.",
        "003:349 003:386 003:388",
    ),
    detail(
        "leaf.parameters-are-leaves",
        "A module's parameters are tracked leaves.",
        "003:349 002:151 003:337",
    ),
    must(
        "leaf.grad-is-tensor",
        "A gradient is a tensor too, and an untracked one.",
        "000:31 003:340 001:40-42 004:71-73",
    ),
    must(
        "leaf.grad-shape-and-dtype",
        "A leaf and its gradient have one shape and one dtype.",
        "001:43-48 004:74-79 002:69-70 002:142-144",
    ),
)
