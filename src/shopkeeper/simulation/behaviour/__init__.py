"""What shoppers do: sessions made of GA4 events, by one model that plays against the demo shop's past and against a shop that runs.

queries (what is typed) ─┐
shelves (what is shown) ─┼─ choice (what is looked at, clicked, bought) ─ session ─┬─ history (120 days, in time order)
world (prices, stock)  ──┘                                      adversaries ───────┘
"""
