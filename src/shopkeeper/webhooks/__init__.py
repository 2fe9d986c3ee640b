"""Webhooks out: what happens in the shop is written down with the change itself, signed, and sent until it has arrived or a day has passed."""

from shopkeeper.webhooks.sending import WebhookSender
from shopkeeper.webhooks.service import WebhookService

__all__ = ["WebhookSender", "WebhookService"]
