"""Filled soon."""

SHAPES = {}
