"""PyTorch itself."""

from gradmark.surface import Surface
from gradmark_backends.adapter import Adapter


class Torch(Adapter):
    """PyTorch itself: nothing is renamed, nothing is tried in another place."""

    name = "torch"
    module = "torch"
    requirements = ("torch==2.13.0", "numpy")
    mebibytes = 1000
    profile = "torch"

    @classmethod
    def open(cls) -> Adapter:
        """Import PyTorch, and have it give its warnings in every program."""
        opened = super().open()
        opened.namespace.set_warn_always(True)
        return opened

    def spelt(self) -> dict[str, str]:
        """Write everything as PyTorch does."""
        return {}

    symbol = Surface.symbol
    call = Surface.call
    method = Surface.method
    getattr = Surface.getattr
    setattr = Surface.setattr
    host = Surface.host
