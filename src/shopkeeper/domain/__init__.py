"""The shop's nouns: frozen, slotted dataclasses that check themselves, and nothing else. Imports only `errors` and `kit`."""
