"""People: accounts and roles, for admins."""
