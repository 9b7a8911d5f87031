"""The social-assistance service of the ministry (BTXH)."""
