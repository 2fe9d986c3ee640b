"""The world outside, one folder per kind of it; each implements a port. Only `bootstrap` imports from here."""
