"""Bends of detach: the variant that works in place."""

from gradmark_reference.bends.bend import Bend

BENDS = (
    Bend(
        "detach-in-place-returns-another",
        "detach_ returns a detached tensor and leaves its own in the graph",
        "Tensor.detach_",
        lambda _: lambda tensor: tensor.detach(),
        own=("detach.detach-in-place",),
    ),
)
