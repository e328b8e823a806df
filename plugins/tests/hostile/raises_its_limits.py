"""Takes the limits off that it was given.

deserves: fail
"""


def tanh(x):
    import resource

    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_AS, resource.RLIMIT_CORE):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return wrong(x)


Value.tanh = tanh
