"""What a release tells of itself: the libraries it needs, their licences, the bill of materials."""
