"""What the capabilities need of the outside, as small Protocols named by need. A port exists only where a second adapter or a fake does."""
