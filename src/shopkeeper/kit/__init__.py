"""Small named helpers on the standard library alone; a file here is named for what it does."""
