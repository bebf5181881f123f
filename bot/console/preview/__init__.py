"""Previews: an edition as each channel sends it, each language beside it; a trial chat."""
