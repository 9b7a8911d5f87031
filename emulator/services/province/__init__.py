"""File hosts of other provinces."""
