"""Twilio, played; `from twilio ...` in here is the vendor's own library."""

from __future__ import annotations

from bot.channels.simulator.twilio.platform import TwilioPlatform

__all__ = ["TwilioPlatform"]
