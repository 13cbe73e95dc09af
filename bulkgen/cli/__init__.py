"""The command line: the same studio and engine, for scripts and people at a terminal."""
