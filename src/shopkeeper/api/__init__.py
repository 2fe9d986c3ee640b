"""HTTP API v1: one router per capability; keys, limits and problems are dealt with once, around them."""
