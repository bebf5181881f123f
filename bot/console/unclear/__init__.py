"""What many people said and the bot did not know, redacted: it becomes proposed sentences."""
