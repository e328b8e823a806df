"""The command line: everything the plugin does, and grading, without pytest."""
