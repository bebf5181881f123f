"""Whether the files that Rasa, recognition and gateway read are YAML, and hold what they must.

What their lines mean is the business of those who read them: bot.operations.checking asks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.content.located import Located, read_located
from bot.content.problems import Problem

# Files -> top-level keys that must be there.
NEEDED: dict[str, tuple[str, ...]] = {
    "config.yml": ("pipeline", "policies"),
    "domain.yml": ("intents", "slots"),
    "data/dialogue.yml": (),
    "data/commands/*.yml": ("values",),
    "data/crisis/*.yml": (),
    "data/entities/*.yml": ("lists", "names", "lines", "ages"),
    "data/nlu/**/*.yml": ("nlu",),
    "data/rules/**/*.yml": ("rules",),
    "data/stories/**/*.yml": ("stories",),
}


def data_files(root: Path) -> Iterator[Problem]:
    """Problems of every such file that exists under `root`."""
    for pattern, keys in NEEDED.items():
        for path in sorted(root.glob(pattern)):
            source, problems = read_located(path, root)
            yield from problems
            if not problems:
                yield from _shape(source, keys)


def _shape(source: Located, keys: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(source.data, dict):
        remedy = "Write `name: value` at the left edge, as the other files do."
        yield Problem(source.file, 1, "holds no names", remedy)
        return
    for key in keys:
        found = source.data.get(key)
        if not isinstance(found, dict | list):
            message, remedy = (
                f"{key} is missing or holds nothing",
                f"Add `{key}:` with its entries.",
            )
            yield source.problem((key,), message, remedy)
