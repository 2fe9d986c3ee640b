"""The demo shop that the project itself writes: `demo_shop(now=…)` returns products, orders, reviews, policies and pictures, seeded.

catalogue (word lists → products) ─┬─ pictures (silhouettes in the product's colour)
                                   └─ wares (hidden sides) ─ shoppers (tastes) ─ orders ─ reviews
"""
