"""The public edge: sessions, inbox and outbox, the call to the worker, rendering, the web API."""
