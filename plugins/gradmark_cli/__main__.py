"""``python -m gradmark_cli`` is ``gradmark``."""

from gradmark_cli.main import entry

entry()
