"""What works: who gets which arm, what the arms turn, and what came of it, read as often as one likes."""
