"""Recommendations: orders -> sums -> sparse item rows -> fold-in of the shopper's latest items -> what may be shown, with reasons.

Offline `fit.fit_recommend_artifact` writes a model folder; online `service.RecommendService` answers from the newest one.
"""
