"""Carrying messages out of the house."""

from shopkeeper.adapters.notify.courier import HttpCourier

__all__ = ["HttpCourier"]
