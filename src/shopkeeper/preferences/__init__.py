"""What the merchant sets while the shop runs: read cheaply, changed by version, every version kept."""

from shopkeeper.preferences.service import ShopPreferences

__all__ = ["ShopPreferences"]
