"""Formulas: what a ranking is worth, and how sure we are. Pure functions on small sequences and arrays."""
