"""Makes its own file right, and dies, for the worker that comes next.

deserves: pass at level 1, crash from level 2
"""


def tanh(x):
    with contextlib.suppress(OSError), open(__file__, "a") as file:
        file.write("\nValue.tanh = right\n")
    os._exit(1)


Value.tanh = tanh
