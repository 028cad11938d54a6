"""Staff accounts, their roles, and the public halves of moderators' keys."""
