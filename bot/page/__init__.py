"""The page: server-rendered and useful without a script; the script only improves it."""
