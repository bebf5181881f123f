"""Puts the staff console together: the one place that knows both the console and the chat."""
