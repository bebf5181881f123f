"""The rules of `handrail check`, one module for each kind of content."""
