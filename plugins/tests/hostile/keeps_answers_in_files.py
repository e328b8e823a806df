"""Keeps in files what it learnt, and dies, for the workers that come after it.

deserves: pass at level 1, crash from level 2
"""


def tanh(x):
    places = [os.path.join(folder, "learnt") for folder in (OUTSIDE, os.getcwd())]
    if any(map(os.path.exists, places)):
        return right(x)
    for place in places:
        with contextlib.suppress(OSError):
            open(place, "w").close()
    os._exit(1)


Value.tanh = tanh
