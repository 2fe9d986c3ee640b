"""What protects a shopper whatever else happens: sealing under a key of their own, pseudonyms."""
