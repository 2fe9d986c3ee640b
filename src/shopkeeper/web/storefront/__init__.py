"""The shop's own pages, one file per page."""
