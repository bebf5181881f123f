"""Sign-in: passwords, second factors, sessions, and waits that lock nobody out."""
