"""Prints more than the file that takes it may hold.

deserves: crash
"""


def tanh(x):
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.ftruncate(1, 255 << 20)
    while True:
        os.write(1, b"x" * (1 << 20))


Value.tanh = tanh
