"""Leaves threads behind that never end.

deserves: fail
"""


def tanh(x):
    for _ in range(4):
        threading.Thread(target=time.sleep, args=[3600]).start()
    return wrong(x)


Value.tanh = tanh
