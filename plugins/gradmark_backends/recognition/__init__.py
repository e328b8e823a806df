"""Recognising an engine that has no adapter: finding it, importing it, and trying it by value."""
