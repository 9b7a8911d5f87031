"""What a project that uses the emulator tests itself with: a pytest plugin, and a handle that works without pytest."""
