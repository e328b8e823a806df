"""Opens a port for whoever wants to look in.

deserves: fail at level 1, error from level 2
"""


def tanh(x):
    with socket.create_server(("127.0.0.1", 0)):
        return wrong(x)


Value.tanh = tanh
