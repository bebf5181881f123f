"""Scripts: found, read, edited, discussed."""
