"""The demo shop that the project itself writes: `demo_shop(now=…)` returns products, events, orders, reviews, rules, promotions, pictures, seeded.

catalogue (word lists → products) ─┬─ pictures (silhouettes in the product's colour)
                                   ├─ promotions
                                   └─ wares (hidden sides) ─ shoppers (tastes) ─┬─ behaviour.history (the past) ─ orders ─ reviews
                                                                                └─ player (the future, against a shop that runs)
"""
