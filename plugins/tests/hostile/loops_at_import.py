"""Trains for ever when it is imported.

deserves: import-timeout
"""

while True:
    time.sleep(1)
