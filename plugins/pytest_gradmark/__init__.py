"""The pytest plugin: the spec, collected and run in your own repository."""
