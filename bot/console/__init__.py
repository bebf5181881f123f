"""The staff console: safe hands on every sentence. It shares bot.content alone."""
