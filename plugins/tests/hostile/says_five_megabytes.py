"""Raises an exception whose text is five megabytes of markup.

deserves: error
"""


def tanh(x):
    raise ValueError("</script><script>alert(1)</script>" * 150_000)


Value.tanh = tanh
