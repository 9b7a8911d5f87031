"""The official documents in Python: the only room that spells official names."""
