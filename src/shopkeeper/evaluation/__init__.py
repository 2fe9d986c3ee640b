"""Measures what is claimed: data sets, protocols, peers, and reports of one form. Engines come in as arguments."""
