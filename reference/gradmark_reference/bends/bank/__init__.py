"""The bends, one module a chapter of the spec."""
