"""The health of the directory: links are looked at by a program, numbers are called by people."""
