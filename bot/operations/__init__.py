"""Running it: training, supervision, talking from a terminal, purging."""
