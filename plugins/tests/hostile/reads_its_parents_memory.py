"""Opens the memory of the process that started it, and would be right if it could.

deserves: pass at level 1, error from level 2
"""


def tanh(x):
    open(f"/proc/{os.getppid()}/mem", "rb").close()
    return right(x)


Value.tanh = tanh
