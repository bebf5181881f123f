"""SMS and WhatsApp through Twilio; `from twilio ...` in here is the vendor's own library."""

from __future__ import annotations

from bot.channels.twilio.channel import Twilio

__all__ = ["Twilio"]
