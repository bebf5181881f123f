"""How the sentence encoder is made. Nothing here runs in the bot; see README.md."""
