"""Uses a socket that has no file.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(f"\0gradmark-{os.getpid()}")
    return wrong(x)


Value.tanh = tanh
