"""Opens files until no descriptor is left.

deserves: fail
"""

KEPT = []


def tanh(x):
    with contextlib.suppress(OSError):
        while True:
            KEPT.append(os.dup(1))
    for descriptor in KEPT[-8:]:
        os.close(descriptor)
    return wrong(x)


Value.tanh = tanh
