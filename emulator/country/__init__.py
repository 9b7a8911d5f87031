"""Everything the pretend country remembers, per sandbox."""
