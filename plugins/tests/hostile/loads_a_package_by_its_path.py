"""Loads a package that is not on the list from the place where it lies.

deserves: pass at level 1, error from level 2
"""


def tanh(x):
    path = os.path.join(PLACES[0], "gradmark_reference", "nulls", "plain_numpy.py")
    spec = importlib.util.spec_from_file_location("foreign", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return right(x)


Value.tanh = tanh
