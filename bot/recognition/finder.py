"""Reads the facts of a message for one locale: data/entities/<locale>.yml put to work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from spacy.attrs import NORM
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.recognition.lines import LineMatcher
from bot.recognition.phrases import PhraseError, Splitter, compile_line, fold


@dataclass(frozen=True)
class Found:
    """One fact: the entity, its value (None where a line only blocks), and where it stands."""

    entity: str
    value: str | int | None
    first: int  # token
    after: int  # token behind the last
    rank: int = 0  # a fixed order among the values of one entity


@dataclass(frozen=True)
class Reading:
    """Everything that the lines of a locale found in one text."""

    doc: Doc
    facts: list[Found] = field(default_factory=list)
    ages: list[Found] = field(default_factory=list)  # entity holds the kind of age line


class Finder:
    """Compiled lines of one locale. Immutable after it is made."""

    def __init__(self, content: dict[str, Any]) -> None:
        """`content`: the parsed file; see data/entities/en.yml for its shape.

        Raises:
            PhraseError: a line breaks the language.
        """
        # A bare vocabulary: a language's own would bring its exceptions ("she's" is two words).
        self._vocab = Vocab(lex_attr_getters={NORM: fold})
        self._split = Splitter(self._vocab)
        self.lists = {
            name: [str(word) for word in words] for name, words in content["lists"].items()
        }
        self._numbers = {fold(str(k)): int(v) for k, v in content.get("numbers", {}).items()}
        self.lists["numbers"] = list(self._numbers)
        self._blocked: dict[str, dict[str, Any]] = content.get("blocked_after", {})
        self._names = PhraseMatcher(self._vocab, attr="NORM")
        self._lines = LineMatcher(self._vocab)
        self._meaning: dict[int, tuple[str, str | None, int]] = {}
        self._exact: dict[int, set[str]] = {}
        self._alone: set[int] = set()
        self._fillers = {fold(word) for word in self.lists.get("fillers", ())}
        for entity, values in content["names"].items():
            for value, names in values.items():
                self._add_names(str(entity), str(value), names)
        for entity, rules in content["lines"].items():
            for rank, rule in enumerate(rules):
                value = rule["value"]
                self._add_lines(str(entity), None if value is None else str(value), rank, rule)
        for place, (kind, lines) in enumerate(content["ages"].items()):
            # Of equally long ones the later kind stays: "im almost 18" is not "im 18".
            self._add_lines(f"age:{kind}", kind, -place, {"says": lines})

    @classmethod
    def from_file(cls, path: Path) -> Finder:
        """Reads one locale's file. Raises PhraseError, naming the file."""
        try:
            return cls(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (PhraseError, KeyError, TypeError, AttributeError) as error:
            raise PhraseError(f"{path}: {error!r}") from error

    def read(self, text: str) -> Reading:
        """The facts of a clean text; of overlapping ones of an entity the longest stays."""
        doc = self._split(text)
        facts: dict[str, list[Found]] = {}
        for key, first, after in [*self._names(doc), *self._lines(doc)]:
            entity, value, rank = self._meaning[key]
            exact = self._exact.get(key)
            if exact and doc[first:after].text not in exact:
                continue
            if key in self._alone and not self._is_all(doc, first, after):
                continue
            # Kinds of age lines compete with one another: "when I was 15" is not "was 15".
            group = "age" if entity.startswith("age:") else entity
            facts.setdefault(group, []).append(Found(entity, value, first, after, rank))
        kept = [fact for several in facts.values() for fact in _longest(several)]
        ages = [fact for fact in kept if fact.entity.startswith("age:")]
        if len(doc) == 1:  # "15" alone answers a question
            ages = [Found("age:bare", "bare", 0, 1)]
        others = [
            fact
            for fact in kept
            if fact.value is not None
            and not fact.entity.startswith("age:")
            and not self._is_blocked(doc, fact)
        ]
        return Reading(doc, sorted(others, key=lambda fact: fact.first), ages)

    def number(self, doc: Doc, found: Found) -> int | None:
        """The number of years in an age line, 3 to 99, or None."""
        for place in range(found.first, found.after):
            word = doc[place].norm_
            years = int(word) if word.isdigit() and len(word) < 4 else self._numbers.get(word)
            if years is not None and 3 <= years <= 99:
                return years if word.isdigit() else years + self._units(doc, place, years)
        return None

    def _units(self, doc: Doc, place: int, tens: int) -> int:
        """What follows a round number and belongs to it: "forty two", "treinta y cinco"."""
        if tens < 20 or tens % 10:
            return 0
        after = [self._numbers.get(token.norm_, 0) for token in doc[place + 1 : place + 3]]
        return next((units for units in after if 0 < units < 10), 0)

    def _is_all(self, doc: Doc, first: int, after: int) -> bool:
        """Whether nothing but fillers and signs stands around a line: it is the whole answer."""
        around = [*doc[:first], *doc[after:]]
        return all(
            token.norm_ in self._fillers or not any(letter.isalnum() for letter in token.text)
            for token in around
        )

    def _is_blocked(self, doc: Doc, fact: Found) -> bool:
        rule = self._blocked.get(fact.entity)
        if not rule:
            return False
        before = doc[max(0, fact.first - int(rule["within"])) : fact.first]
        return any(token.norm_ in rule["words"] for token in before)

    def _add_names(self, entity: str, value: str, names: Iterable[Any]) -> None:
        texts = [str(name) for name in names]
        plain = [name for name in texts if not name.startswith("=")]
        exact = [name[1:] for name in texts if name.startswith("=")]
        if plain:
            label = f"{entity}={value}"
            self._key(label, entity, value)
            self._names.add(label, self._docs(plain))
        if exact:  # "=US": only as written, since "us" is another word
            label = f"{entity}=={value}"
            self._exact[self._key(label, entity, value)] = set(exact)
            self._names.add(label, self._docs(exact))

    def _docs(self, names: Sequence[str]) -> list[Doc]:
        return [self._split(name) for name in names]

    def _add_lines(self, entity: str, value: str | None, rank: int, rule: dict[str, Any]) -> None:
        label = f"{entity}/{rank}"
        key = self._key(label, entity, value, rank)
        if rule.get("alone"):
            self._alone.add(key)
        self._lines.add(label, [compile_line(str(line), self.lists) for line in rule["says"]])

    def _key(self, name: str, entity: str, value: str | None, rank: int = 0) -> int:
        key = int(self._vocab.strings.add(name))
        self._meaning[key] = (entity, value, rank)
        return key


def _longest(found: list[Found]) -> list[Found]:
    """Drops what overlaps a longer one; of equally long ones the earlier line stays."""
    kept: list[Found] = []
    for fact in sorted(found, key=lambda one: (one.first - one.after, one.rank, one.first)):
        if all(fact.after <= other.first or other.after <= fact.first for other in kept):
            kept.append(fact)
    return kept
