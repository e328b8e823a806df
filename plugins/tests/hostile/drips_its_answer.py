"""Announces an answer, and sends one byte of it now and then.

deserves: timeout
"""


def tanh(x):
    write(struct.pack("<II", 1 << 20, 0))
    while True:
        write(b"{")
        time.sleep(0.02)


Value.tanh = tanh
