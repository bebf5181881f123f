"""A stock Rasa project of the same size, to compare with."""
