"""One turn as the actions see it: what was understood, what is known, what is answered."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.policy import TRIAGE_FORM, DialoguePolicy, policy
from bot.content.plans import SKIPPED

LISTEN = "action_listen"
REQUESTED_SLOT = "requested_slot"
SAID_MEMORY = 12
# In `interrupted`: nothing is open and nothing begins anew by itself; a plan was only offered.
FINISHED, OFFERED = "finished", "offered"
FACTS = ("setting", "payment")  # filled from what is said, never asked


class Turn:
    """Reads a tracker once and collects the answer: scripts to name and slots to set.

    `entities` maps an entity to its last value; `choice` is what a pressed button means;
    `unseen` is true when the person wrote before the previous answer reached them.
    """

    def __init__(self, tracker: Tracker, dispatcher: CollectingDispatcher) -> None:
        message = tracker.latest_message
        self.policy: DialoguePolicy = policy()
        self.intent: str = (message.get("intent") or {}).get("name") or "out_of_scope"
        self.confidence = float((message.get("intent") or {}).get("confidence") or 0.0)
        self.entities: dict[str, str] = {
            entity["entity"]: str(entity["value"]) for entity in message.get("entities") or []
        }
        self.choice: str | None = self.entities.pop("choice", None)
        self.ranking: list[str] = [
            entry["name"] for entry in message.get("intent_ranking") or [] if entry.get("name")
        ]
        self.text: str = message.get("text") or ""
        self.pressed = self.text.startswith("/")
        self.words = len(self.text.split())
        self.wordless = not any(character.isalnum() for character in self.text)
        self.meanings: list[str] = list(message.get("meanings") or [])
        self.slots: dict[str, Any] = dict(tracker.slots)
        self.in_triage = (tracker.active_loop or {}).get("name") == TRIAGE_FORM
        self.dispatcher = dispatcher
        self.events: list[EventType] = []
        metadata = message.get("metadata") or {}
        self.unseen = bool(metadata.get("unseen"))
        for name in ("channel", "country"):
            if metadata.get(name) and not self.slots.get(name):
                self.set(name, str(metadata[name]))
        self.media = bool(metadata.get("media"))
        channel = str(metadata.get("channel") or "")
        self.presumes = channel in self.policy.presumed_audience
        self._presume(channel)
        self.shown_in = str(metadata.get("locale") or "")
        # People are answered in the language they write, from the first word of it on.
        self.set("locale", str(message.get("locale") or self.shown_in or self.policy.locales[0]))

    @property
    def requested(self) -> str | None:
        """The triage question that is open, or None."""
        return self.slots.get(REQUESTED_SLOT) if self.in_triage else None

    @property
    def situation(self) -> str | None:
        value = self.slots.get("situation")
        return str(value) if value else None

    @property
    def audience(self) -> str | None:
        """Who it is about, None while that is not known or was not told."""
        return self.known().get("audience")

    @property
    def told_audience(self) -> str | None:
        """The same, None also where it is only presumed."""
        return None if self.presumed else self.audience

    @property
    def said(self) -> list[str]:
        """The scripts last said, in order."""
        return list(self.slots.get("said") or [])

    @property
    def last_said(self) -> str:
        """The script said last, empty before the first."""
        return (self.said or [""])[-1]

    @property
    def tells_other_situation(self) -> bool:
        """Whether the message is about another situation than the open one, surely enough.

        While something is open, more detail about it is likelier than a new topic.
        """
        if self.intent not in self.policy.order_of_meanings or self.intent == self.situation:
            return False
        if self.situation is None or self.slots.get("interrupted") == OFFERED:
            return True
        if self.choice is not None or self.pressed:
            return True
        if self.words < self.policy.topic_change_words or self.tells_a_detail:
            return False
        return self.confidence >= self._sure_of_another

    @property
    def tells_a_detail(self) -> bool:
        """Whether what sounds like another situation is a fact of the open one."""
        fact = self.intent in self.policy.facts_of_a_plan and self.in_a_plan
        detail = self.intent in self.policy.details_of.get(self.situation or "", ())
        return fact or (detail and not self.pressed and not self.of_another)

    @property
    def _sure_of_another(self) -> float:
        kind = "worse" if self.policy.outranks(self.intent, self.situation or "") else "other"
        if self.intent in self.policy.maker_situations:
            kind = "maker"
        return self.policy.topic_change[kind]

    @property
    def wants_whole_plan(self) -> bool:
        """Whether all steps at once are asked for, beside whatever else is said."""
        return self.entities.get("request") == "whole_plan" and not self.pressed

    @property
    def in_a_plan(self) -> bool:
        """Whether a situation is open that is no crisis: its plan takes what is told as facts."""
        open_one = self.situation or ""
        return open_one in self.policy.plans and open_one not in self.policy.crisis.situations

    @property
    def only_sounds_like_small_talk(self) -> bool:
        """Whether a greeting, thanks or goodbye is too unsure to be one in the middle of help."""
        open_one = self.situation or self.slots.get("crisis")
        unsure = self.confidence < self.policy.small_talk_sure and not self.pressed
        return bool(open_one) and self.intent in self.policy.small_talk and unsure

    @property
    def of_another(self) -> bool:
        """Whether the message is about somebody else than the open situation."""
        told = self.entities.get("audience")
        return told is not None and not self.presumed and self.audience not in (None, told)

    @property
    def asks(self) -> bool:
        """Whether the message asks or tells the bot something that has its own answer."""
        return self.intent.startswith(("ask_", "feel_", "fear_")) or self.intent in (
            "unsafe_request",
            "switch_language",
            "delete_data",
            "bot_challenge",
        )

    def known(self) -> dict[str, str]:
        """Slots with an answer, for the decision table; a skipped question counts as unset."""
        return {
            name: str(value)
            for name, value in self.slots.items()
            if isinstance(value, str) and value != SKIPPED
        }

    def set(self, name: str, value: Any) -> None:
        """Set a slot for the rest of this turn and for the tracker."""
        if self.slots.get(name) != value:
            self.slots[name] = value
            self.events.append(SlotSet(name, value))

    def begin_anew(self) -> None:
        """Forget how far a plan has come: nothing was asked, nothing done, no step is open."""
        for name in ("asked", "done"):
            self.set(name, [])
        for name in ("step", "interrupted"):
            self.set(name, None)

    def _presume(self, channel: str) -> None:
        """Take who writes in a messaging app for a parent, until the words tell otherwise.

        "I want to die", "my picture" and "I sent it" are taken as said of oneself.
        """
        if self._tells_of_oneself():
            if self.presumed:
                self.presume_nothing()
        elif self.presumes and not self.slots.get("audience") and not self.slots.get("crises"):
            self.set("audience", self.policy.presumed_audience[channel])
            self.set("audience_presumed", True)

    def _tells_of_oneself(self) -> bool:
        """Whether words tell of the person who writes; what a button says is told of the child."""
        if self.pressed or "audience" in self.entities:
            return False
        said = f" {' '.join(self.text.casefold().split())} "
        return (
            self.intent in self.policy.crisis.situations
            or self.entities.get("relation") == "me"
            or any(f" {words} " in said for words in self.policy.of_oneself)
        )

    def presume_nothing(self) -> None:
        """It is open again who it is about."""
        self.set("audience", None)
        self.set("audience_presumed", False)

    @property
    def presumed(self) -> bool:
        """Whether nobody has said yet who it is about."""
        return bool(self.slots.get("audience_presumed"))

    def refuse_media(self) -> None:
        """Say that pictures cannot be seen here, where one came with words or is named by them."""
        if self.entities.get("remark") == "media" and not self.pressed:
            del self.entities["remark"]
            self.say("utter_no_images")
        elif self.media:
            # Not noted as said: a yes or no answers what was said before it.
            self.dispatcher.utter_message(response=self.policy.media_beside_words)

    def fill(self) -> frozenset[str]:
        """Fill triage slots and facts from what was said; returns the names that changed."""
        changed = set()
        told = {**self.entities}
        if self.presumed and "audience" in told:
            self.presume_nothing()
        if self.intent == self.situation:
            told = {**self.policy.facts_of_a_situation.get(self.intent, {}), **told}
        elif self.in_a_plan:
            told = {**self.policy.facts_of_a_plan.get(self.intent, {}), **told}
        if self._names_somebody_else():
            told.pop("audience", None)
        for name in (*self.policy.triage_slots, *FACTS):
            value = told.get(name)
            if value is not None and self.slots.get(name) != value:
                self.set(name, value)
                changed.add(name)
        if told.get("relation") == "me" and not self.slots.get("audience"):
            # Who writes of "my picture" is not asked whose it is; the age tells teens and adults.
            self.set("audience", SKIPPED)
        return frozenset(changed)

    def _names_somebody_else(self) -> bool:
        """Whether a known audience stays as it is: "my sister knows" in a question changes none."""
        tells = self.intent == "inform_audience" or self.intent in self.policy.order_of_meanings
        return self.audience is not None and not tells and not self.pressed

    def say(self, script: str, **extra: Any) -> None:
        """Name a script. `choices` adds buttons of intents, `part` shows a step of a whole plan
        with the one button that opens it, `brief` leaves out cards that stand before it in the
        reply, `topic` names the situation that its text mentions, `progress` is the place of a
        step in its plan and how many there are."""
        self.dispatcher.utter_message(response=script, **extra)
        self.note_said(script)

    def note_said(self, script: str) -> None:
        """Remember a script that is said, also by whoever says it in our place."""
        self.set("said", [*self.said, script][-SAID_MEMORY:])

    def least_recent(self, scripts: tuple[str, ...]) -> str:
        """The script of a rotation that was said longest ago, the first one if none was."""
        said = self.said
        unsaid = [script for script in scripts if script not in said]
        if unsaid:
            return unsaid[0]
        return min(scripts, key=lambda script: len(said) - said[::-1].index(script))

    def set_aside_without(self, situation: str | None) -> list[str]:
        """The situations set aside, in order, but for one."""
        return [name for name in self.slots.get("set_aside") or [] if name != situation]

    def ask_again(self) -> None:
        """Repeat the open triage question."""
        if self.requested:
            self.say(f"utter_ask_{TRIAGE_FORM}_{self.requested}")

    def leave_triage(self) -> None:
        """Put the form aside; `interrupted` remembers that it can be taken up again."""
        if self.in_triage:
            asked = list(self.slots.get("asked") or [])
            self.set("asked", [name for name in asked if name != self.requested])
            self.set("interrupted", "triage")
            self.set(REQUESTED_SLOT, None)
            self.in_triage = False
            self.events.append(ActiveLoop(None))

    def listen(self) -> list[EventType]:
        """The events of a finished answer. Naming the form again clears its rejection, so that
        the next message is read as an answer to its open question."""
        if self.in_triage:
            self.events.append(ActiveLoop(TRIAGE_FORM))
        return [*self.events, FollowupAction(LISTEN)]

    def then(self, action: str) -> list[EventType]:
        """The events of an answer that another action finishes."""
        return [*self.events, FollowupAction(action)]

    def understood(self) -> None:
        """A turn that was understood ends a row of turns that were not."""
        if self.slots.get("misses"):
            self.set("misses", 0.0)
