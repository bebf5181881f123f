"""What every script becomes in each messaging app, beside what the platform takes.

Everything goes the way of an answer: rendered for the channel, with tokens of the usual length on
its buttons, then as bubbles, then as the platform's messages. docs/channels/limits.md shows it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product
from pathlib import Path
from typing import Any

from bot.channels.channel import Channel, Piece
from bot.channels.messenger import Messenger
from bot.channels.slack import Slack
from bot.channels.telegram import Telegram
from bot.channels.telegram.writing import CALLBACK_BYTES
from bot.channels.twilio import Twilio
from bot.channels.twilio.segments import UCS_2, Segments, segments
from bot.channels.twilio.writing import LIST_ID, LONGEST, MOST_ITEMS, item_variables
from bot.channels.wording import Bubble, Style, bubbles
from bot.content.checks.tables import paths
from bot.content.labels import MessagingWords
from bot.content.plans import AUDIENCES, Plan, load_plans
from bot.content.release import Release, build_baseline
from bot.content.render import Message
from bot.gateway.buttons import TOKEN_BYTES
from bot.gateway.replies import OutgoingButton, OutgoingMessage
from bot.gateway.speaking import CRISIS_CARD, Speaker
from bot.gateway.worker_client import NamedScript, WorkerReply
from bot.operations.limits_text import written
from bot.settings import ROOT, Settings
