"""Attaches itself to its parent as a debugger does.

deserves: pass at level 1, fail from level 2
"""


def tanh(x):
    libc = ctypes.CDLL(None)
    if libc.ptrace(16, os.getppid(), 0, 0):
        return wrong(x)
    os.waitpid(os.getppid(), 0x40000000)
    libc.ptrace(17, os.getppid(), 0, 0)
    return right(x)


Value.tanh = tanh
