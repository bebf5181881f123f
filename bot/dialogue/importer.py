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


class HandrailImporter(RasaFileImporter):
    """Rasa's file importer plus the vetted scripts; a script's variations are appended."""

    def get_domain(self) -> Domain:
        """The domain of domain.yml with the responses of every locale."""
        domain = super().get_domain()
        root = Path(self._domain_path or "domain.yml").resolve().parent
        responses = read_responses(root / "responses")
        if not responses:
            return domain
        return domain.merge(Domain.from_dict({"version": "3.1", "responses": responses}))


def read_responses(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Script id -> variations of every locale; other locales get a condition on the slot."""
    responses: dict[str, list[dict[str, Any]]] = {}
    locales = sorted(
        (path for path in folder.glob("*") if path.is_dir() and path.name != "resources"),
        key=lambda path: (path.name != DEFAULT_LOCALE, path.name),
    )
    for locale in locales:
        for file in sorted(locale.glob("*.yml")):
            content = rasa.shared.utils.io.read_yaml_file(file)
            for script, variations in (content.get("responses") or {}).items():
                responses.setdefault(script, []).extend(
                    _in_locale(variation, locale.name) for variation in variations
                )
    return responses


def _in_locale(variation: dict[str, Any], locale: str) -> dict[str, Any]:
    # Rasa picks among variations by their conditions; texts of the default locale need none.
    if locale == DEFAULT_LOCALE:
        return dict(variation)
    condition = {"type": "slot", "name": "locale", "value": locale}
    return {**variation, "condition": [*variation.get("condition", []), condition]}
