"""Which sentences staff may propose for training: words alone, no numbers, links or marks."""

from __future__ import annotations

import re
import unicodedata

from bot.console.workflow.people import Refused
from bot.content.unclear.clusters import proposal_file
from bot.content.unclear.redaction import MARK

MOST_SENTENCES, LONGEST = 50, 200
# A number, a link, an address, a handle, or brackets, which mark entities in training data.
_ODD = re.compile(r"\d|\w:/|www\.|\w\.[^\W\d_]{2,}|@|[\[\](){}]", re.I)


def checked(locale: str, intent: str, text: str) -> list[str]:
    """The sentences of a text, one a line, each once. Raises Refused where one may not be learned
    or no file can be made of them."""
    # Wide or raised digits and dots count as what they look like.
    plain = (unicodedata.normalize("NFKC", line) for line in text.splitlines())
    lines = list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in plain))))
    if not lines or len(lines) > MOST_SENTENCES:
        raise Refused(f"Write 1 to {MOST_SENTENCES} sentences, one a line.")
    for line in lines:
        if MARK in line:
            raise Refused(f"Put a word in the place of each {MARK}, or leave the line out.")
        if len(line) > LONGEST:
            raise Refused(f"Keep each line under {LONGEST} characters.")
        if _ODD.search(line) or not line.isprintable():
            raise Refused("Leave out numbers, links, handles, brackets and hidden signs.")
    try:
        proposal_file(locale, intent, lines)
    except ValueError:
        raise Refused("No training file can be made of this.") from None
    return lines
