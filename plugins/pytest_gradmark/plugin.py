"""The plugin that pytest loads; it imports nothing heavy."""
