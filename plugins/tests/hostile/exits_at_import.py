"""Ends the process with exit status 0 when it is imported.

deserves: import-crashed
"""

os._exit(0)
