"""The spec: a module or more a chapter, nothing but behaviours.

A new chapter is a module with a ``chapter`` and a line in `ORDER`. A long one has several modules:
the further ones import its ``chapter`` from the first.
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
