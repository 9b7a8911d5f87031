"""The ministry's social-assistance service (BTXH 3)."""
