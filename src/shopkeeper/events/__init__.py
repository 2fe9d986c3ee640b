"""What shoppers did: consent gate -> durable append -> sessions -> shown lists and their joins."""
