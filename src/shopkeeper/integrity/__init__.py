"""What is not what it seems: programs among the shoppers."""
