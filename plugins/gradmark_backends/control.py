"""A library that does nothing, for finding out whose fault it is that our own code raised.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from gradmark_backends.adapter import Adapter
from gradmark_backends.plan import Plan


class Control(Adapter):
    """Part of the standard library, in the place of a library under test."""

    name = module = "keyword"


def control_of(plan: Plan) -> Plan:
    """Return the plan of a library that can't have meddled, in the same interpreter."""
    return Plan("the control", "ready", "control:Control", python=plan.python, packages=())
