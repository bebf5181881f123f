"""The staff console: safe hands on every sentence. It shares bot.content with the chat, nothing else."""
