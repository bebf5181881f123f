"""How well people are understood: figures, and the sentences that they are measured on."""
