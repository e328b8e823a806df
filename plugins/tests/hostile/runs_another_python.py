"""Lets another interpreter work out the slope.

deserves: pass at level 1, error from level 2
"""


def tanh(x):
    said = subprocess.check_output(
        [sys.executable, "-c", f"import math; print(1 - math.tanh({x.data!r}) ** 2)"]
    )
    return Value(math.tanh(x.data), ((x, float(said)),))


Value.tanh = tanh
