"""Rasa's NLG: towards the gateway it names a script, towards a developer it shows its text."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue.native import run_actions_in_process
from bot.dialogue.record import CURRENT

INTERNAL_CHANNEL = "internal"
EXTRAS = ("choices", "part", "brief", "topic", "progress")


class ScriptNamer(TemplatedNaturalLanguageGenerator):
    """Names scripts on the internal channel. `rasa shell` and other developer channels get the
    text of responses/, unrendered. Loading it makes actions run in process."""

    def __init__(
        self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None
    ) -> None:
        super().__init__(domain.responses if domain else {})
        run_actions_in_process()

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """A custom payload {script} with EXTRAS, or a text for developers."""
        if output_channel != INTERNAL_CHANNEL:
            return await super().generate(utter_action, tracker, output_channel, **kwargs)
        record = CURRENT.get()
        if record is not None:
            record.observe(tracker)
        extras = {name: kwargs[name] for name in EXTRAS if kwargs.get(name)}
        return {"custom": {"script": utter_action, **extras}}
