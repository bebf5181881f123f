"""A country that is chosen from the page's list is known by its name alone."""

from __future__ import annotations

import pytest

from bot.content.labels import DEFAULT
from bot.content.release import Release
from bot.gateway.places import country_named

NAMED = {
    "as the page says it": ("the United Kingdom", "GB"),
    "in another language": ("Reino Unido", "GB"),
    "without its accents": ("mexico", "MX"),
    "in capitals with a mark": ("ARGENTINA!", "AR"),
}


@pytest.mark.parametrize(("said", "code"), NAMED.values(), ids=NAMED)
def test_a_name_alone_is_its_country(release: Release, said: str, code: str) -> None:
    assert country_named(said, release.labels.values()) == code


def test_every_name_of_the_list_is_known(release: Release) -> None:
    for labels in release.labels.values():
        for code, name in labels.country.items():
            found = country_named(name, release.labels.values())
            assert found == (None if code == DEFAULT else code), name


SENTENCES = ["", "?", "i am in mexico", "he lives in the united kingdom", "your country", "ZZ", "2"]


@pytest.mark.parametrize("said", SENTENCES)
def test_a_sentence_is_left_to_the_worker(release: Release, said: str) -> None:
    assert country_named(said, release.labels.values()) is None
