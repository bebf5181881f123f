"""What waits for somebody: reviews, releases, texts to read again, stale translations."""
