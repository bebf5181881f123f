"""Releases: publish, go back, withdraw, and what each of them changed."""
