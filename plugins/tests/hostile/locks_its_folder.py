"""Leaves folders behind that their owner can't open.

deserves: fail
"""


def tanh(x):
    os.makedirs("locked/inside", exist_ok=True)
    open("locked/inside/file", "w").close()
    with contextlib.suppress(OSError):
        os.chmod("locked", 0)
    return wrong(x)


Value.tanh = tanh
