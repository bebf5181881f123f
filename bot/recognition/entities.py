"""The facts that a message already tells, so that nobody is asked for them again."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.age_bands import ADULT, band
from bot.recognition.ages import kind_of, read_ages, tells_of_child
from bot.recognition.component import TrainedComponent
from bot.recognition.finder import Finder, Found, Reading
from bot.recognition.messages import LOCALE
from bot.recognition.payload import is_payload

# Who it is about, when a text names several: the person cared for comes before what one is.
_AUDIENCES = ("parent", "educator", "friend", "teen", "adult")


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's .yml files."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def copy_data(source: Path, target: Path) -> None:
    """Copies a folder's .yml files into a model. Raises FileNotFoundError if there are none."""
    files = sorted(source.glob("*.yml"))
    if not files:
        raise FileNotFoundError(f"no .yml files in {source}")
    for path in files:
        shutil.copyfile(path, target / path.name)


def read_entities(finder: Finder, text: str) -> list[dict[str, Any]]:
    """The entities of a clean text, in Rasa's form, by place; one for each entity and value."""
    reading = finder.read(text)
    audience = _audience(reading)
    found = [fact for fact in reading.facts if fact.entity != "audience" or fact.value == audience]
    found = _one_relation(found)
    ages = read_ages(reading, audience, lambda line: finder.number(reading.doc, line))
    of_child = tells_of_child([(kind_of(age.found), age.years, age.found) for age in ages])
    for age in ages:
        place = (age.found.first, age.found.after)
        found.append(Found("age", age.years, *place))
        if age.concerned:
            found.append(Found("age_band", band(age.years), *place))
        kind = kind_of(age.found)
        if audience is None and kind in ("self", "soon") and not of_child:
            who = "teen" if age.years < ADULT else "adult"
            found.append(Found("audience", who, *place))
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, Any]] = set()
    for fact in sorted(found, key=lambda one: one.first):
        if (fact.entity, fact.value) in seen:
            continue
        seen.add((fact.entity, fact.value))
        span = reading.doc[fact.first : fact.after]
        rows.append(
            {
                "entity": fact.entity,
                "value": fact.value,
                "start": span.start_char,
                "end": span.end_char,
                "confidence_entity": 1.0,
                "extractor": EntityFinder.__name__,
            }
        )
    return rows


def _audience(reading: Reading) -> str | None:
    said = [fact for fact in reading.facts if fact.entity == "audience"]
    # Lines of a lower rank speak of the person concerned, later ones of the speaker.
    best = min(said, key=lambda fact: (fact.rank, _AUDIENCES.index(str(fact.value))), default=None)
    return None if best is None else str(best.value)


def _one_relation(found: list[Found]) -> list[Found]:
    others = any(fact.entity == "relation" and fact.value != "me" for fact in found)
    return [
        fact for fact in found if not (others and fact.entity == "relation" and fact.value == "me")
    ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityFinder(TrainedComponent[dict[str, Finder]]):
    """Finds entities by the lines of data/entities/<locale>.yml, which travel with the model."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`data`: the folder of lines; `default_locale`: for texts in a locale without lines."""
        return {"data": "data/entities", "default_locale": "en"}

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that Rasa checks before training."""
        return ["spacy"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changed lines mean another training."""
        folder = config.get("data") or cls.get_default_config()["data"]
        return digest_of(Path(str(folder)))

    def train(self, training_data: TrainingData) -> Resource:
        """Checks the lines and copies them into the model. Raises PhraseError."""
        source = Path(str(self._config["data"]))
        for path in sorted(source.glob("*.yml")):
            Finder.from_file(path)
        with self._storage.write_to(self._resource) as folder:
            copy_data(source, folder)
        return self._resource

    @classmethod
    def read(cls, folder: Path) -> dict[str, Finder]:
        """The lines, by locale."""
        return {path.stem: Finder.from_file(path) for path in sorted(folder.glob("*.yml"))}

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `entities`."""
        for message in messages:
            if is_payload(message):
                continue
            default = str(self._config["default_locale"])
            finder = self.learned.get(message.get(LOCALE, default)) or self.learned[default]
            found = read_entities(finder, message.get(TEXT))
            message.set(ENTITIES, found, add_to_output=True)
        return messages
