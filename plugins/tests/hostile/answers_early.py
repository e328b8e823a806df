"""Sends an answer when it is imported, before anything was asked.

deserves: import-protocol
"""

write(frame({"id": "0" * 16, "is": "memory"}))
