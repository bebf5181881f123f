"""Platforms played on loopback, to try a channel without an account, and for the tests."""
