"""Readers of published data sets, each in the layout in which it is published; nothing of the data is part of this package."""
