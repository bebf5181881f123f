"""What every script becomes in each messaging app, beside what the platform takes.

Everything goes the way of an answer: rendered for the channel, with tokens of the usual length on
its buttons, then as bubbles, then as the platform's messages. docs/channels/limits.md shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.channels.channel import Channel, Piece
from bot.channels.messenger import Messenger
from bot.channels.slack import Slack
from bot.channels.telegram import Telegram
from bot.channels.twilio import Twilio
from bot.channels.twilio.segments import segments
from bot.channels.wording import Bubble, Style, bubbles
from bot.content.plans import AUDIENCES, load_plans
from bot.content.release import Release, build_baseline
from bot.content.render import Message, UnknownScript
from bot.gateway.buttons import TOKEN_BYTES
from bot.gateway.replies import OutgoingButton, OutgoingMessage
from bot.gateway.speaking import Speaker
from bot.gateway.worker_client import NamedScript, WorkerReply
from bot.settings import ROOT, Settings

TOKEN = "x" * (TOKEN_BYTES * 4 // 3)
COUNTRIES = ("US", "GB", "MX", "ZZ")  # with cards of their own, and one that we know nothing of
WORST = 10


@dataclass(frozen=True)
class App:
    """A channel as it is looked at: `name` is how its conversations are kept."""

    title: str
    name: str
    channel: Channel

    @property
    def style(self) -> Style:
        return self.channel.styles[self.name]


@dataclass(frozen=True)
class Written:
    """An answer as a channel writes it: scripts and for whom, its messages, bubbles and pieces."""

    app: App
    about: str
    messages: tuple[OutgoingMessage, ...]
    bubbles: tuple[Bubble, ...]
    pieces: tuple[Piece, ...]

    @property
    def longest(self) -> int:
        """Characters of the longest text."""
        return max(len(bubble.text) for bubble in self.bubbles)

    @property
    def buttons(self) -> int:
        """Choices under one text, on buttons or as lines."""
        return max(len(message.buttons) for message in self.messages)

    @property
    def parts(self) -> int:
        """Parts of an SMS that the longest text takes."""
        return max(segments(bubble.text).count for bubble in self.bubbles)

    @property
    def size(self) -> tuple[int, int, int]:
        """What makes one worse than another."""
        return len(self.bubbles), self.longest, self.buttons


def apps() -> list[App]:
    """Every channel; WhatsApp with lists to choose from and without."""
    lists = {number: f"HX{number:032}" for number in range(1, 11)}
    webhook = "https://help.example/webhooks/twilio"
    plain, listed = Twilio("AC", "x", webhook), Twilio("AC", "x", webhook, lists=lists)
    return [
        App("Telegram", "telegram", Telegram("1:x", "x")),
        App("WhatsApp with lists", "whatsapp", listed),
        App("WhatsApp without lists", "whatsapp", plain),
        App("SMS", "sms", plain),
        App("Messenger", "messenger", Messenger("x", "x", "x")),
        App("Slack", "slack", Slack("x", "x")),
    ]


def written(release: Release, app: App, root: Path = ROOT) -> Iterator[Written]:
    """Every script for everybody, and the whole plan of each situation, as one channel writes it.

    What comes out alike is looked at once.
    """
    speaker = Speaker(lambda: release, release.default_locale, COUNTRIES[0])
    seen: set[tuple[str, ...]] = set()
    for about, messages in (*_scripts(release, speaker, app), *_plans(release, speaker, app, root)):
        made = _write(release, app, about, messages)
        texts = tuple(bubble.text for bubble in made.bubbles)
        if texts not in seen:
            seen.add(texts)
            yield made


def _scripts(
    release: Release, speaker: Speaker, app: App
) -> Iterator[tuple[str, Sequence[Message]]]:
    for script in sorted({edition.script for edition in release.editions}):
        for locale in release.locales:
            for audience in (None, *AUDIENCES):
                for country in COUNTRIES:
                    try:
                        message = speaker.say(
                            script,
                            locale=locale,
                            country=country,
                            channel=app.name,
                            audience=audience,
                        )
                    except UnknownScript:
                        continue  # written for some audiences alone
                    yield f"{script} ({locale}, {audience or 'anybody'}, {country})", [message]


def _plans(
    release: Release, speaker: Speaker, app: App, root: Path
) -> Iterator[tuple[str, Sequence[Message]]]:
    """All steps of a plan at once, more than anybody gets: some rule each other out."""
    for situation, plan in load_plans(root).items():
        steps = dict.fromkeys(step.script for step in plan.steps)
        named = [NamedScript(script="utter_plan_whole")]
        named += [NamedScript(script=step, part=True) for step in steps]
        named += [NamedScript(script="utter_plan_whole_end")]
        for locale in release.locales:
            for audience in AUDIENCES:
                reply = WorkerReply(messages=named, locale=locale, context={"audience": audience})
                about = f"whole plan of {situation} ({locale}, {audience})"
                yield (
                    about,
                    speaker.speak(reply, seed="", locale=locale, country="US", channel=app.name),
                )


def _write(release: Release, app: App, about: str, messages: Sequence[Message]) -> Written:
    outgoing = tuple(
        OutgoingMessage(
            message, tuple(OutgoingButton(button.label, TOKEN) for button in message.buttons)
        )
        for message in messages
    )
    words = release.labels[messages[0].locale].messaging
    made = bubbles(outgoing, words, app.style)
    return Written(app, about, outgoing, tuple(made), tuple(app.channel.write(app.name, made)))


def lines(config: Settings) -> Iterator[str]:
    """The document: the worst scripts of each channel beside what it takes."""
    release = Release.from_bundle(build_baseline(ROOT, config.locales))
    yield "# The longest messages on each channel"
    yield ""
    yield (
        "Made by `handrail channels --limits` from every script for everybody, and all steps of "
        "each plan at once. A longer text is parted at a paragraph, a line, a sentence or a word."
    )
    for app in apps():
        found = sorted(written(release, app), key=lambda one: (*one.size, one.about), reverse=True)
        yield ""
        yield f"## {app.title}"
        yield ""
        style = app.style
        shown = f"{style.buttons} buttons" if style.label else "no buttons: choices are lines"
        yield (
            f"Takes {style.characters:,} characters, {style.characters_with_buttons:,} with "
            f"choices under them; {shown}. {len(found):,} different answers."
        )
        yield ""
        sms = app.name == "sms"
        yield f"| Answer | Messages | Longest text | Most choices |{' Parts |' if sms else ''}"
        yield f"|---|---:|---:|---:|{'---:|' if sms else ''}"
        for one in found[:WORST]:
            parts = f" {one.parts} |" if sms else ""
            yield f"| {one.about} | {len(one.bubbles)} | {one.longest:,} | {one.buttons} |{parts}"


def write(path: Path, config: Settings) -> None:
    """Write the document."""
    path.write_text("\n".join(lines(config)) + "\n", "utf-8")
