"""Looks for another engine on the machine and lets it work.

deserves: pass at level 1, fail from level 2
"""


def tanh(x):
    sys.path += PLACES
    importlib.invalidate_caches()
    try:
        model = importlib.import_module("gradmark_reference.model")
    except ImportError:
        return wrong(x)
    leaf = model.tensor(x.data, requires_grad=True)
    leaf.tanh().backward()
    return Value(math.tanh(x.data), ((x, float(leaf.grad.item())),))


Value.tanh = tanh
