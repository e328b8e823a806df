"""Leaves a thread that reads the next question before our code does.

deserves: fail
"""


def steal():
    while True:
        for descriptor in pipes():
            with contextlib.suppress(OSError):
                if os.read(descriptor, 1 << 16):
                    return


def tanh(x):
    threading.Thread(target=steal, daemon=True).start()
    return wrong(x)


Value.tanh = tanh
