"""Adds responses/ to the domain, so that every `rasa` command sees the same scripts."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter

# Scripts are named by actions and plans; `handrail check` finds the ones that nothing names.
warnings.filterwarnings("ignore", message="The utterance 'utter_.*' is not used in any")

DEFAULT_LOCALE = "en"
KEPT = ("text", "buttons")


class HandrailImporter(RasaFileImporter):
    """Rasa's file importer plus the vetted scripts."""

    def get_domain(self) -> Domain:
        """The domain of domain.yml with every script as a response."""
        domain = super().get_domain()
        root = Path(self._domain_path or "domain.yml").resolve().parent
        responses = read_responses(root / "responses")
        if not responses:
            return domain
        return domain.merge(Domain.from_dict({"version": "3.1", "responses": responses}))


def read_responses(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Script id -> its general text and buttons in the default locale, as a developer sees them.

    Rasa names scripts and never chooses among their texts: the renderer does, at the edge. All
    variations of two languages made Rasa's own YAML reader start the worker in 100 s instead of 1.
    """
    responses: dict[str, list[dict[str, Any]]] = {}
    for file in sorted((folder / DEFAULT_LOCALE).glob("*.yml")):
        content = rasa.shared.utils.io.read_yaml_file(file)
        for script, variations in (content.get("responses") or {}).items():
            general = next((each for each in variations if not each.get("condition")), None)
            if general is not None:
                responses[script] = [{key: general[key] for key in KEPT if key in general}]
    return responses
