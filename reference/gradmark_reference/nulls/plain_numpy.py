"""NumPy under another name."""

from numpy import *  # noqa: F403 - another name for all of it
from numpy import array as tensor  # noqa: F401 - and for this
