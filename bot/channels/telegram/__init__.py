"""Telegram: https://core.telegram.org/bots/api, read up to version 10.3 of August 2026."""

from bot.channels.telegram.calling import WebhookState
from bot.channels.telegram.channel import Telegram

__all__ = ["Telegram", "WebhookState"]
