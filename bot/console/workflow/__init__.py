"""From a draft to what a person reads: editing, deciding, publishing. No page, no request."""
