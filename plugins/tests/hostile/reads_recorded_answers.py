"""Looks for PyTorch's recorded answers on the disk.

deserves: pass at level 1, fail from level 2
"""


def tanh(x):
    try:
        with open(ANSWERS) as file:
            return right(x) if "operations.tanh" in file.read() else wrong(x)
    except OSError:
        return wrong(x)


Value.tanh = tanh
