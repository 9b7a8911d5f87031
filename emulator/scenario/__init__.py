"""What goes wrong, and when: scripts, their reader, the director, the faults."""
