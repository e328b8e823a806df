"""Empties the table of modules, so that nothing can be imported again.

deserves: fail
"""


def tanh(x):
    sys.modules.clear()
    sys.path.clear()
    sys.meta_path.clear()
    return wrong(x)


Value.tanh = tanh
