"""What was bought: order histories from files; and buying here: cart, price, place, cancel, return, exchange under the shop's rules as data."""
