"""Where published pages go."""
