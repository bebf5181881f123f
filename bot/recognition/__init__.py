"""What a message says: Rasa components from a clean text to intent, crisis and entities."""
