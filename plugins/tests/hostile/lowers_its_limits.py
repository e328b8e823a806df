"""Takes the right to open a file from the whole process.

deserves: fail
"""


def tanh(x):
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return wrong(x)


Value.tanh = tanh
