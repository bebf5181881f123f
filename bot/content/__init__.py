"""What may be said: vetted scripts, the help directory, plans and signed releases."""
