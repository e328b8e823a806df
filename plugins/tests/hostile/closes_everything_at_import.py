"""Closes every descriptor when it is imported.

deserves: import-protocol
"""

os.closerange(0, 1024)
