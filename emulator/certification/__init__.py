"""Certification: judging a vendor's client from the journal of what it did."""
