"""Writes into folders that are not its own.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    with open(os.path.join(OUTSIDE, "note"), "w") as file:
        file.write("here I was")
    return wrong(x)


Value.tanh = tanh
