"""``python -m gradmark_cli`` is ``gradmark``."""

import sys

# -m puts the present folder first, which may be a submission's with modules of any name.
if not sys.flags.isolated and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

from gradmark_cli.main import entry

entry()
