"""From an answer in the outbox to its messages: the same each time, whoever asks for them."""

from __future__ import annotations

from bot.content.render import PAGE, Message
from bot.gateway.answers import Answer
from bot.gateway.speaking import CRISIS_CARD, Speaker, each_button_once
from bot.gateway.storage import Session
from bot.gateway.worker_client import WorkerReply

INTRO = "utter_messaging_intro"
LATE = "utter_late_reply"


def compose(speaker: Speaker, session: Session, answer: Answer) -> list[Message]:
    """The messages of an answer. In a messaging app the first one says what this is, after help
    where there is danger; a late one says so; and no crisis is answered without a card."""
    reply = WorkerReply.model_validate(answer.reply)
    spoken = speaker.speak(
        reply,
        seed=f"{session.id}:{answer.inbox_id}",
        locale=session.locale,
        country=session.country,
        channel=session.channel,
    )
    if session.channel == PAGE:
        return spoken
    audience = reply.context.get("audience")

    def say(script: str) -> Message:
        return speaker.say(
            script,
            locale=reply.locale or session.locale,
            country=reply.context.get("country") or session.country,
            channel=session.channel,
            audience=audience,
        )

    if reply.crisis and not any(message.resources for message in spoken):
        spoken = [say(CRISIS_CARD), *spoken]
    if answer.late:
        spoken = [say(LATE), *spoken]
    if answer.turn == 1 and speaker.knows(INTRO):
        spoken = _introduced(say(INTRO), spoken, last=bool(reply.crisis))
    return each_button_once(spoken)


def _introduced(intro: Message, spoken: list[Message], *, last: bool) -> list[Message]:
    """With the first words before or behind an answer; their buttons stand behind the answer's own,
    so that its first choice is number one."""
    words = intro.model_copy(update={"buttons": []})
    told = {button.payload for message in spoken for button in message.buttons}
    more = [button for button in intro.buttons if button.payload not in told]
    final = spoken[-1].model_copy(update={"buttons": [*spoken[-1].buttons, *more]})
    whole = [*spoken[:-1], final]
    return [*whole, words] if last else [words, *whole]
