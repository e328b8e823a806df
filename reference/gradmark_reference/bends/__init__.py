"""Bent PyTorch: one call altered, for behaviours that the bundled model does not hold."""

from gradmark_reference.bends.bend import Bend as Bend
from gradmark_reference.bends.bend import bent_ids as bent_ids
from gradmark_reference.bends.bend import load_bends as load_bends
