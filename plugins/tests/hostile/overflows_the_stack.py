"""Takes Python's limit of recursion away and recurses without end.

deserves: crash
"""


def deeper(x):
    return [*map(deeper, [x])]


def tanh(x):
    sys.setrecursionlimit(1 << 30)
    return deeper(x)


Value.tanh = tanh
