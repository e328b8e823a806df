"""What must hold: the language, the spec, the judge and the grade."""

__version__ = "0.1.0"
