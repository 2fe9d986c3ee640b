"""The console: where a merchant signs in with an admin key, sees how far the shop is, and brings in feeds."""
