"""The window, and the one place where all rooms are put together."""
