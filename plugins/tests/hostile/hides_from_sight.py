"""Has the kernel hide which files it holds, and would be right if it could.

deserves: pass at level 1, error from level 2
"""


def tanh(x):
    hide = ctypes.CDLL(None, use_errno=True).prctl
    if hide(4, *map(ctypes.c_ulong, (0, 0, 0, 0))):
        raise PermissionError(ctypes.get_errno(), "prctl")
    return right(x)


Value.tanh = tanh
