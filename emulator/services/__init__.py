"""The emulated services, one folder each: everything of a service stands in its own."""
