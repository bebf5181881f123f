"""Messaging apps: each channel verifies, reads, writes and keeps to its limits."""
