"""The side of the library under test: adapters, and the worker that runs them."""

from gradmark.surface import Missing as Missing
from gradmark.surface import Unreadable as Unreadable
from gradmark_backends.adapter import Adapter as Adapter
