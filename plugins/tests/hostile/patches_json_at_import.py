"""Breaks the module that our own code stands on, before it is asked anything.

deserves: protocol
others: protocol
"""

json.loads = None
