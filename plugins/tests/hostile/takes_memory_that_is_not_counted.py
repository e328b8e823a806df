"""Takes memory by a file that lies in it, which no limit of a process counts.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    os.close(os.memfd_create("hidden"))
    return wrong(x)


Value.tanh = tanh
