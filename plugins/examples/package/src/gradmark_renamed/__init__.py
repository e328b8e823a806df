"""The engine of the example next door, with its adapter, as a package."""
