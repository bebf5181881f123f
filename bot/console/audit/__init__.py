"""The audit trail: read, searched, checked, taken along."""
