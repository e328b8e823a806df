"""The spec: one module a chapter, nothing but behaviours.

A new chapter is a module with a ``chapter`` and a line in `ORDER`.
"""

ORDER = (
    "operators",
    "backward",
    "gradient_argument",
    "leaf",
    "accumulation",
    "zeroing",
    "lifetime",
    "grad_mode",
    "detach",
    "data",
)
