"""Who shops here: identities that become persons, what they agreed to, what they like, and how all of it is forgotten."""
