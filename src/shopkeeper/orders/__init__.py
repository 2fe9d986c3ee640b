"""What was bought: order histories from files, as orders with lines and returns."""
