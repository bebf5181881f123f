"""Say at once, without a model, whether a text speaks of a crisis, and of which."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.crisis.automaton import Automaton, Sightings, Span
from bot.crisis.normalise import SENTENCE_END, fold
from bot.crisis.patterns import Node
from bot.crisis.rules import CRISIS_INTENTS, Rule, load_directory
from bot.crisis.spelling import Speller


@dataclass(frozen=True)
class CrisisMatch:
    """What was seen.

    intent: one of CRISIS_INTENTS. also: the other crisis intents of the same text, in their
    order. phrase: the rule that saw it, "<locale>.<intent>.<name>".
    """

    intent: str
    also: tuple[str, ...]
    phrase: str


class CrisisMatcher:
    """Reads a whole text for the phrases of every locale. Immutable after it is made."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: list[tuple[Rule, tuple[int, ...]]] = []
        numbers: dict[Node, int] = {}
        for rule in rules:
            parts = tuple(numbers.setdefault(part, len(numbers)) for part in rule.parts)
            self._rules.append((rule, parts))
        self._rules.sort(key=lambda entry: CRISIS_INTENTS.index(entry[0].intent))
        # A text shows few parts of few rules; the others need not be looked at.
        self._by_part: dict[int, list[int]] = {}
        for place, (_, parts) in enumerate(self._rules):
            self._by_part.setdefault(parts[0], []).append(place)
        self._automaton = Automaton(numbers)
        self._speller = Speller(self._automaton)

    @classmethod
    def from_directory(cls, path: Path) -> "CrisisMatcher":
        """Load every <locale>.yml of the directory. Raises CrisisDataError."""
        return cls(load_directory(path))

    def match(self, text: str) -> CrisisMatch | None:
        """Give the most urgent crisis of the text, or None. Never fails; linear in the text."""
        found = self.all_matches(text)
        return found[0] if found else None

    def all_matches(self, text: str) -> tuple[CrisisMatch, ...]:
        """Give every rule that the text meets, once each, the most urgent intents first."""
        tokens = [SENTENCE_END, *fold(text).split(), SENTENCE_END]
        tokens, masks = self._speller.read(tokens)
        seen = self._automaton.scan(tokens, masks)
        if not seen:
            return ()
        met = self._met(seen)
        negated = _negated(met, seen)
        phrases: dict[str, str] = {}
        for rule, parts in met:
            if rule.negates or rule.phrase in phrases:
                continue
            outside = negated.get(rule.intent, [])
            spans = [_outside(seen.spans(part), outside) for part in parts]
            if all(spans) and _near(spans, rule.near):
                phrases[rule.phrase] = rule.intent
        intents = [intent for intent in CRISIS_INTENTS if intent in phrases.values()]
        return tuple(
            CrisisMatch(intent, tuple(other for other in intents if other != intent), phrase)
            for phrase, intent in phrases.items()
        )

    def _met(self, seen: Sightings) -> list[tuple[Rule, tuple[int, ...]]]:
        """The rules all of whose parts were seen, in their order."""
        places = sorted(place for part in seen for place in self._by_part.get(part, ()))
        met = [self._rules[place] for place in places]
        return [entry for entry in met if all(part in seen for part in entry[1])]


def _negated(met: Iterable[tuple[Rule, tuple[int, ...]]], seen: Sightings) -> dict[str, list[Span]]:
    """The ground that denials and idioms of each intent cover."""
    found: dict[str, list[Span]] = {}
    for rule, parts in met:
        if rule.negates:
            spans = _near([seen.spans(part) for part in parts], rule.near)
            found.setdefault(rule.intent, []).extend(spans)
    return {intent: _joined(several) for intent, several in found.items()}


def _joined(spans: list[Span]) -> list[Span]:
    """Give the same ground in spans that do not overlap, in order."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.first):
        if joined and span.first <= joined[-1].last:
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return joined


def _outside(spans: list[Span], negated: list[Span]) -> list[Span]:
    """Leave out the spans that touch a negated one."""
    if not negated:
        return spans
    lasts = [span.last for span in negated]
    kept: list[Span] = []
    for span in spans:
        at = bisect_left(lasts, span.first)
        if at == len(negated) or negated[at].first > span.last:
            kept.append(span)
    return kept


def _near(seen: Sequence[list[Span]], near: int) -> list[Span]:
    """Keep those spans of the first part that have one of every other part near them."""
    if len(seen) == 1:
        return seen[0]
    lasts = [[span.last for span in spans] for spans in seen[1:]]
    kept: list[Span] = []
    for span in seen[0]:
        for others, ends in zip(seen[1:], lasts, strict=True):
            at = bisect_left(ends, span.first - near)
            if at == len(others) or others[at].first > span.last + near:
                break
        else:
            kept.append(span)
    return kept
