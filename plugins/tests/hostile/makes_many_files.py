"""Makes a hundred files with long names.

deserves: fail
"""


def tanh(x):
    for number in range(100):
        open(f"{number:0200}", "w").close()
    return wrong(x)


Value.tanh = tanh
