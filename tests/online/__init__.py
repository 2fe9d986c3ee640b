"""Tests of the one door to lists."""
