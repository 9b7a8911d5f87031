"""What was said, and what the emulator made of it."""
