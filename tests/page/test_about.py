"""/about says what the release in force says, and nothing that was not counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser

import httpx
import pytest

from bot.content.release import Release, build
from bot.content.scripts import Edition
from bot.gateway.retirement import Retirement
from bot.page.about import OTHER, OWNERS, Group, facts
from bot.page.words import load_words
from bot.settings import ROOT
from tests.page.service import Service

LOCALES = ("en", "es")
WORDS = load_words()
MOST_ROWS = 25
Change = Callable[[Edition], Edition]


class Outline(HTMLParser):
    """The headings, topics and sentences of a page, each as a person reads it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.sentences: list[str] = []
        self.topics: dict[str, list[str]] = {}
        self._words = ""
        self._lines: list[str] = []  # of the topic that is open
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag == "details":
            self._lines = []
        self._words = ""

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "summary":
            self.topics[self._words] = self._lines
        elif tag in ("p", "li", "h1", "h2"):
            self.sentences.append(self._words)
        if tag == "li":
            self._lines.append(self._words)


@pytest.fixture
def speaks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Release]:
    """Puts a release in force that differs from the shipped one by a change of each edition."""
    speaker = service.edge.conversations.speaker

    def put(change: Change, *, origin: str = "baseline") -> Release:
        made = changed(speaker.release, change, origin)
        monkeypatch.setattr(speaker, "_release", lambda: made)
        return made

    return put


def changed(release: Release, change: Change, origin: str = "baseline") -> Release:
    editions = [change(edition) for edition in release.editions]
    bundle = build(
        editions,
        release.directory,
        release.labels,
        release.locales,
        version=release.version + 1,
        created="2027-01-02T03:04:05+00:00",
        origin=origin,
    )
    return Release.from_bundle(bundle)


def review(day: str | None, months: int | None = 12, *, of: str = "") -> Change:
    """Dates the texts of the scripts whose names begin so."""

    def change(edition: Edition) -> Edition:
        if not edition.script.startswith(of):
            return edition
        dated = {"reviewed": day, "reviewed_by": day and "Ada", "review_months": months}
        return edition.model_copy(update=dated)

    return change


async def about(client: httpx.AsyncClient, locale: str = "en") -> Outline:
    answer = await client.get("/about", params={"locale": locale})
    assert answer.status_code == 200
    return Outline(answer.text)


def counted(editions: list[Edition], locale: str) -> str:
    reviewed = sum(edition.reviewed is not None for edition in editions)
    return WORDS[locale]["about_counts"].format(
        scripts=len({edition.script for edition in editions}),
        texts=len(editions),
        reviewed=reviewed,
        drafts=len(editions) - reviewed,
    )


@pytest.mark.parametrize("locale", LOCALES)
async def test_each_role_is_named_in_words_with_what_it_owns(
    client: httpx.AsyncClient, service: Service, locale: str
) -> None:
    release = service.edge.conversations.speaker.release
    roles = {edition.owner for edition in release.editions}
    page = await about(client, locale)
    assert len(roles) >= 3
    for role in roles:
        owned = [edition for edition in release.editions if edition.owner == role]
        line = f"{WORDS[locale][f'about_owner_{role}']}. {counted(owned, locale)}"
        assert line in page.sentences


def test_each_role_of_the_policy_has_a_name_in_each_language() -> None:
    policy = (ROOT / "responses" / "lint.yml").read_text("utf-8")
    (names,) = re.findall(r"^owners: \[(.+)\]$", policy, re.MULTILINE)
    assert set(names.split(", ")) == set(OWNERS)
    for words in WORDS.values():
        named = {words[f"about_owner_{name}"] for name in (*OWNERS, OTHER)}
        assert len(named) == len(OWNERS) + 1


@pytest.mark.parametrize("owner", [None, "gardener"])
async def test_a_role_without_a_name_is_counted_as_another_one(
    client: httpx.AsyncClient, speaks: Callable[..., Release], owner: str | None
) -> None:
    release = speaks(lambda edition: edition.model_copy(update={"owner": owner}))
    page = await about(client)
    line = f"{WORDS['en']['about_owner_other']}. {counted(list(release.editions), 'en')}"
    assert line in page.sentences
    assert not any(WORDS["en"]["about_owner_crisis_editor"] in each for each in page.sentences)


def topics_of(release: Release, locale: str = "en") -> tuple[Group, ...]:
    return facts(release, locale).topics


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_text_belongs_to_one_topic_and_one_role(
    client: httpx.AsyncClient, service: Service, locale: str
) -> None:
    release = service.edge.conversations.speaker.release
    told = facts(release, locale)
    for groups in (told.topics, told.owners):
        assert sum(group.texts for group in groups) == len(release.editions)
        assert sum(group.scripts for group in groups) == len(release.scripts)
    titles = list((await about(client, locale)).topics)
    assert titles == [t.title or WORDS[locale][f"about_topic_{t.name}"] for t in told.topics]
    assert len(set(titles)) == len(titles) <= MOST_ROWS


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_situation_is_called_what_its_button_says(
    client: httpx.AsyncClient, service: Service, locale: str
) -> None:
    release = service.edge.conversations.speaker.release
    plans = [path.stem for path in (ROOT / "data" / "plans").glob("*.yml")]
    page = await about(client, locale)
    assert len(plans) >= 17
    for name in plans:
        title = release.editions_of(f"utter_choice_{name}", locale)[0].text
        own = [each for each in release.editions if each.script.startswith(f"utter_{name}_")]
        assert page.topics[title] == [
            counted(own, locale),
            WORDS[locale]["about_last"].format(day=WORDS[locale]["about_not_yet"]),
            WORDS[locale]["about_due"].format(day=WORDS[locale]["about_not_set"]),
        ]


@pytest.mark.parametrize(
    ("script", "topic"),
    [
        ("utter_sextortion_step_paid", "sextortion"),
        ("utter_made_or_shared_image_talk", "made_or_shared_image"),
        ("utter_image_shared_open", "image_shared"),
        ("utter_step_block", "step"),
        ("utter_ask_triage_form_paid", "triage"),
        ("utter_why_paid", "triage"),
        ("utter_ask_block_discord", "question"),
        ("utter_should_i_pay", "question"),
        ("utter_fear_parents", "feeling"),
        ("utter_keep_school", "keep"),
        ("utter_crisis_card", "crisis"),
        ("utter_retired", "crisis"),
        ("utter_welcome", "chat"),
        ("utter_choice_sextortion", "chat"),
    ],
)
def test_a_script_is_counted_under_its_topic(service: Service, script: str, topic: str) -> None:
    release = service.edge.releases.release
    before = {group.name: group.reviewed for group in topics_of(release)}
    after = {
        g.name: g.reviewed for g in topics_of(changed(release, review("2027-01-01", of=script)))
    }
    assert [name for name in after if after[name] != before[name]] == [topic]


@pytest.mark.parametrize("locale", LOCALES)
async def test_reviews_are_shown_for_the_topic_that_had_them(
    client: httpx.AsyncClient, speaks: Callable[..., Release], locale: str
) -> None:
    early = review("2026-12-01", 12, of="utter_sextortion")
    late = review("2027-01-31", 1, of="utter_sextortion_open")
    release = speaks(lambda edition: late(early(edition)))
    own = [each for each in release.editions if each.script.startswith("utter_sextortion_")]
    title = release.editions_of("utter_choice_sextortion", locale)[0].text
    page, words = await about(client, locale), WORDS[locale]
    assert page.topics.pop(title) == [
        counted(own, locale),
        words["about_last"].format(day="2027-01-31"),
        words["about_due"].format(day="2027-02-28"),
    ]
    assert {lines[1] for lines in page.topics.values()} == {
        words["about_last"].format(day=words["about_not_yet"])
    }
    some = words["about_some_reviewed"].format(
        reviewed=len(own), texts=len(release.editions), oldest="2026-12-01", newest="2027-01-31"
    )
    assert some in page.sentences
    assert words["about_none_reviewed"] not in page.sentences
    assert words["about_draft"] in page.sentences


@pytest.mark.parametrize(
    ("reviewed", "months", "due"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-09-30", 3, "2027-12-30"),
        ("2027-10-31", 3, "2028-01-31"),
        ("2027-12-15", 12, "2028-12-15"),
        ("2027-01-01", 24, "2029-01-01"),
        ("2027-01-01T10:00:00+00:00", 12, "2028-01-01"),
        ("2027-01-01", None, None),
        ("soon", 12, None),
        (None, 12, None),
    ],
)
def test_the_next_review_is_due_after_the_months_that_the_text_allows(
    service: Service, reviewed: str | None, months: int | None, due: str | None
) -> None:
    release = service.edge.releases.release
    dated = changed(release, review(reviewed, months))
    assert {group.due for group in topics_of(dated)} == {due}


async def test_a_release_in_which_every_text_was_reviewed_is_no_draft(
    client: httpx.AsyncClient, speaks: Callable[..., Release]
) -> None:
    release = speaks(review("2027-01-01"), origin="console")
    page, words = await about(client), WORDS["en"]
    assert words["about_reviewed"] in page.sentences
    assert words["about_draft"] not in page.sentences
    assert words["about_written"] not in page.sentences
    assert all(" Drafts: 0." in lines[0] for lines in page.topics.values())
    assert words["about_digest"].format(digest=release.digest[:16]) in page.sentences


async def test_what_ships_with_the_program_says_that_an_ai_drafted_it(
    client: httpx.AsyncClient,
) -> None:
    assert WORDS["en"]["about_written"] in (await about(client)).sentences


@pytest.mark.parametrize("locale", LOCALES)
async def test_what_is_kept_and_how_long_is_that_of_the_settings(
    client: httpx.AsyncClient, service: Service, locale: str
) -> None:
    page, words = await about(client, locale), WORDS[locale]
    minutes, hours = f"{service.config.text_minutes:g}", f"{service.config.session_hours:g}"
    assert words["about_kept_text"].format(minutes=minutes) in page.sentences
    assert words["about_kept_place"].format(hours=hours) in page.sentences


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_end_of_the_service_is_told_before_and_after(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    words = WORDS[locale]
    for day, ended in ((29, False), (30, True)):
        today = date(2027, 6, day)
        retirement = Retirement(date(2027, 6, 30), lambda today=today: today)
        monkeypatch.setattr(service.edge.conversations, "retirement", retirement)
        page = await about(client, locale)
        assert words["about_end_heading"] in page.sentences
        for name, told in (("about_ends", not ended), ("about_ended", ended)):
            assert (words[name].format(day="2027-06-30") in page.sentences) is told
        assert (words["about_kept_nothing"] in page.sentences) is ended


async def test_without_an_end_none_is_told(client: httpx.AsyncClient) -> None:
    assert WORDS["en"]["about_end_heading"] not in (await about(client)).sentences


@pytest.mark.parametrize("locale", LOCALES)
async def test_headings_are_in_order_and_nothing_has_to_scroll_sideways(
    client: httpx.AsyncClient, locale: str
) -> None:
    html = (await client.get("/about", params={"locale": locale})).text
    headings = Outline(html).headings
    assert headings[0] == "h1" and set(headings[1:]) == {"h2"}
    assert "<table" not in html and "<pre" not in html
    assert len(html.encode()) < 16_000
