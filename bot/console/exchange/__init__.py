"""Scripts out as YAML for git, and in from there as drafts, so that both never drift apart."""
