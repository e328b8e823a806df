"""What the documents say about shapes, views and memory."""

from gradmark.claims.claim import OLDEST, detail

CLAIMS = (
    detail(
        "tensors.reshape",
        "reshape keeps elements and their order and changes the shape alone.",
        "003:246-252",
    ),
    detail(
        "tensors.reshape-minus-one",
        "A size of -1 is filled in from the number of elements.",
        "003:253-255 003:270-271",
    ),
    detail(
        "tensors.reshape-count-must-match",
        "reshape refuses a shape that would hold more elements, or fewer.",
        "003:247",
        "error",
    ),
    detail(
        "tensors.view-shares-memory",
        "A view has its source's memory: what is written to it is read in the source.",
        "003:256-259",
    ),
    detail(
        "tensors.view-of-transposed-raises",
        "view refuses the transposed two by three example, whose elements do not lie in order.",
        "003:260 003:264-273",
        "error",
    ),
    detail(
        "tensors.view-needs-compatible-strides",
        (
            "view also takes memory that is not in one piece, as long as the steps through it "
            "fit the new shape."
        ),
        "003:258 003:260",
        partly="view needs one piece of memory.",
        since=OLDEST,
    ),
    detail(
        "tensors.memory-is-row-major",
        "Memory holds row after row: the last index runs fastest.",
        "003:261",
        contradicted="Columns are stored first, then rows.",
        since=OLDEST,
    ),
    detail(
        "tensors.contiguity",
        "A new tensor is in one piece; a transposed one or some of its columns are not.",
        "003:262-263",
    ),
    detail(
        "tensors.reshape-keeps-contiguity",
        "A reshaped tensor stays in one piece; reordered dimensions break it up.",
        "003:263",
        partly="Reshaping breaks it up as transposing does.",
        since=OLDEST,
    ),
    detail(
        "tensors.transpose-swaps-two-dims",
        "transpose exchanges the two dimensions that it is told, as function and as method.",
        "003:274-286",
    ),
    detail(
        "tensors.transpose-keeps-original-shape",
        "After transpose, its source has the shape that it had.",
        "003:275 003:284-286",
    ),
    detail(
        "tensors.transpose-is-view",
        "A transposed tensor has its source's memory: what is written to it is read in the source.",
        "003:275",
        partly="The transposed tensor is new, and the source does not change.",
        since=OLDEST,
    ),
    detail(
        "tensors.transpose-contiguous",
        "contiguous() puts a transposed tensor's elements in order and keeps their values.",
        "003:287-288",
    ),
    detail(
        "tensors.permute-reorders",
        "permute puts all dimensions in the order that it is told, as function and as method.",
        "003:289-299",
    ),
    detail(
        "tensors.permute-keeps-original",
        (
            "After permute, its source has the shape that it had, and the result may not be "
            "in one piece."
        ),
        "003:290 003:300",
    ),
    detail(
        "tensors.permute-is-view",
        "A permuted tensor has its source's memory.",
        "003:290 003:300",
        partly="The permuted tensor is new, and the source does not change.",
        since=OLDEST,
    ),
    detail(
        "tensors.permute-legal-order",
        "Shape (2, 3, 4) in the order (2, 0, 1) is (4, 2, 3).",
        "003:301",
        "value",
    ),
    detail(
        "tensors.permute-missing-dims",
        "permute refuses an order that leaves dimensions out.",
        "003:301",
        "error",
    ),
    detail(
        "tensors.permute-extra-dims",
        "permute refuses an order with more dimensions than there are.",
        "003:301",
        "error",
    ),
    detail(
        "tensors.permute-duplicate-dims",
        "permute refuses an order that names a dimension twice.",
        "003:301",
        "error",
    ),
    detail(
        "tensors.permute-generalises-transpose",
        "One permute does what several transposes do, and every transpose is a permute.",
        "003:302-307",
    ),
    detail(
        "tensors.transpose-only-two-dims",
        "transpose takes two dimensions and no third.",
        "003:305-307",
        "error",
    ),
    detail(
        "tensors.squeeze-all",
        "With no argument, squeeze takes every dimension of size 1 away.",
        "003:308-314 003:320-321",
    ),
    detail(
        "tensors.squeeze-one",
        "squeeze(dim) takes that dimension away and no other, counted from either end.",
        "003:310-318",
    ),
    detail(
        "tensors.squeeze-other-size-is-no-op",
        "squeeze(dim) leaves a dimension of another size alone, and raises nothing.",
        "003:314 003:322-324",
        "value",
        partly="The dimension in question is said to have size 3; it has 4.",
        where="003:322-324",
        since=OLDEST,
    ),
    detail(
        "tensors.squeeze-leaves-original",
        "After squeeze, its source has the shape that it had.",
        "003:317-319",
        "value",
    ),
    detail(
        "tensors.unsqueeze",
        "unsqueeze(dim) puts a dimension of size 1 at that place.",
        "003:325-334",
    ),
    detail(
        "tensors.unsqueeze-negative",
        "The place may be counted from the end, and one out of range is refused.",
        "003:329",
        partly="Places are counted from 0.",
        since=OLDEST,
    ),
    detail(
        "tensors.iteration-yields-scalars",
        "Going through a vector yields tensors without dimensions.",
        "003:540",
    ),
    detail(
        "tensors.list-of-one-element-tensors",
        "torch.tensor of sixteen 1 by 1 tensors is a vector of sixteen numbers.",
        "003:518-519",
    ),
)
