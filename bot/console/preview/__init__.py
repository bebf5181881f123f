"""Previews: an edition exactly as each channel sends it, beside the other languages; a trial chat."""
