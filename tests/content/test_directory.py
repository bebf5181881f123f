from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.directory import UNVERIFIED, load_directory
from bot.content.scripts import ContentError

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def directory():
    return load_directory(REPOSITORY)


SELECTIONS = {
    "a teen in the US in danger": (("emergency", "US", "teen"), ["us_911"]),
    "a country of the EU": (("emergency", "DE"), ["eu_112"]),
    "a country we know nothing of": (("emergency", "JP"), ["int_local_emergency"]),
    "no country": (("emergency", None), ["int_local_emergency"]),
    "a crisis in the US": (("crisis", "US"), ["us_988_lifeline", "us_crisis_text_line"]),
    "a crisis in Britain, teen": (
        ("crisis", "GB", "teen"),
        ["gb_childline", "gb_samaritans", "gb_shout"],
    ),
    "a crisis in Britain, parent": (("crisis", "GB", "parent"), ["gb_samaritans", "gb_shout"]),
    "a friend is a young person too": (
        ("crisis", "GB", "friend"),
        ["gb_childline", "gb_samaritans", "gb_shout"],
    ),
    "unverified entries stay hidden": (("crisis", "IE", "adult"), ["int_findahelpline"]),
    "a parent where no line for adults is verified": (
        ("crisis", "IE", "parent"),
        ["ie_childline", "int_findahelpline"],
    ),
    "takedown for a teen in Britain": (
        ("takedown", "GB", "teen", "13_17"),
        ["gb_report_remove", "us_ncmec_take_it_down"],
    ),
    "takedown for somebody who was 18 in the image": (
        ("takedown", "GB", "teen", "adult"),
        ["int_stopncii", "gb_revenge_porn_helpline"],
    ),
    "takedown for an adult in the US": (
        ("takedown", "US", "adult", "adult"),
        ["int_stopncii", "us_ccri_image_abuse_helpline"],
    ),
    "takedown for an adult in Australia": (
        ("takedown", "AU", "adult", "adult"),
        ["au_esafety", "int_stopncii"],
    ),
    "takedown for an adult who was a minor in the image": (
        ("takedown", "US", "adult", "13_17"),
        ["us_ncmec_take_it_down"],
    ),
    "takedown anywhere": (("takedown", "KE", "teen", "13_17"), ["us_ncmec_take_it_down"]),
    "takedown anywhere, age unknown": (("takedown", "KE"), ["us_ncmec_take_it_down"]),
    "takedown anywhere, adult": (("takedown", "KE", "adult", "adult"), ["int_stopncii"]),
    "a report for an adult in the US": (("report", "US", "adult", "adult"), ["us_fbi_tips"]),
    "a report for an adult in Britain": (
        ("report", "GB", "adult", "adult"),
        ["gb_revenge_porn_helpline"],
    ),
    "a report for an adult in Australia": (("report", "AU", "adult", "adult"), ["au_esafety"]),
    "no report line for adults in Canada": (("report", "CA", "adult", "adult"), []),
    "the police, where it is about an adult in itself": (
        ("adult_police", "US", "adult"),
        ["us_fbi_tips", "us_ic3"],
    ),
    "images of a child, whoever came across them": (
        ("child_material", "US", "adult", "adult"),
        ["us_ncmec_cybertipline", "us_fbi_tips"],
    ),
    "families for a parent": (
        ("parent_peer", "US", "parent"),
        ["us_ncmec_team_hope"],
    ),
    "not for a teen": (("parent_peer", "US", "teen"), ["us_ncmec_victim_family_support"]),
    "own behaviour, teen": (("behaviour", "US", "teen"), ["us_whatsok"]),
    "own behaviour, adult": (("behaviour", "US", "adult"), ["us_stop_it_now"]),
    "own behaviour of a student": (
        ("behaviour", "US", "educator"),
        ["us_whatsok", "us_stop_it_now"],
    ),
    "the law, at a school": (
        ("legal", "US", "educator"),
        ["us_school_title_ix", "us_ed_ocr"],
    ),
    "the platform named": (
        ("platform_report", "US", "teen", None, "snapchat"),
        ["platform_snapchat"],
    ),
    "no minor is sent to an adult site": (
        ("platform_report", "US", "teen", None, "onlyfans"),
        [],
    ),
    "a parent may report there": (
        ("platform_report", "US", "parent", None, "onlyfans"),
        ["platform_onlyfans"],
    ),
    "a list without a card to show gives way to other": (
        ("parent_peer", "GB", "teen"),
        ["int_child_helpline_international"],
    ),
}


@pytest.mark.parametrize("case", SELECTIONS)
def test_cards_fit_country_audience_age_and_platform(directory, case):
    arguments, expected = SELECTIONS[case]
    assert [card.id for card in directory.select(*arguments)] == expected


@pytest.mark.parametrize(
    ("country", "number"),
    [("US", "911"), ("GB", "999"), ("FR", "112"), ("CA", None), ("JP", None), (None, None)],
)
def test_the_emergency_number_is_verified_or_not_given(directory, country, number):
    assert directory.emergency_number(country) == number


CHILD_SERVICES = {
    "us_ncmec_cybertipline", "us_ncmec_take_it_down", "us_icac_task_forces", "gb_ceop", "gb_iwf",
    "gb_report_remove", "ca_cybertip", "ca_needhelpnow", "au_accce", "int_inhope",
}  # fmt: skip
ADULT_SERVICES = {"int_stopncii", "us_ccri_image_abuse_helpline", "gb_revenge_porn_helpline"}
AUDIENCES = (None, "teen", "parent", "friend", "educator", "adult")


AGED = ["report", "takedown", "police", "adult_police", "explicit_content", "legal"]


@pytest.mark.parametrize("handoff", AGED)
def test_services_fit_the_age_in_the_image(directory, handoff):
    listed = [*directory.handoffs[handoff].countries, "DE", "KE"]
    for country in listed:
        for audience in AUDIENCES:
            adult = {card.id for card in directory.select(handoff, country, audience, "adult")}
            minor = {card.id for card in directory.select(handoff, country, audience, "13_17")}
            assert not adult & CHILD_SERVICES, (country, audience)
            assert handoff == "adult_police" or not minor & ADULT_SERVICES, (country, audience)


@pytest.mark.parametrize("handoff", ["report", "takedown"])
def test_a_person_of_unknown_age_counts_as_a_minor(directory, handoff):
    for country in directory.handoffs[handoff].countries:
        for audience in AUDIENCES:
            unknown = directory.select(handoff, country, audience)
            assert unknown == directory.select(handoff, country, audience, "13_17")


def test_a_question_about_the_law_is_not_answered_with_a_suicide_line(directory):
    for country in [None, "US", "GB", "CA", "AU", "NZ", "IE", "ES", "MX", "FR", "IN", "DE", "KE"]:
        for audience in ("parent", "friend", "educator", "adult"):
            for age_band in (None, "13_17", "adult"):
                cards = directory.select("legal", country, audience, age_band)
                lines = [card.id for card in cards if card.kind == "crisis"]
                assert lines in ([], ["gb_childline"])


def test_an_emergency_card_never_disappears(directory):
    (card,) = directory.select("emergency", "CA")
    assert (card.id, card.phone, card.sms) == ("ca_911", None, None)
    assert "local emergency number" in card.what["en"]


def test_no_unverified_field_is_shown_for_any_handoff_country_and_audience(directory):
    shown = 0
    for handoff in directory.handoffs:
        for country in [None, "US", "GB", "CA", "AU", "NZ", "IE", "ES", "MX", "CO", "AR", "BR"]:
            for audience in (None, "teen", "parent", "friend", "educator", "adult"):
                for card in directory.select(handoff, country, audience):
                    shown += 1
                    assert card.serves_country(country)
                    assert card.verified != UNVERIFIED or card.kind == "emergency"
                    for field in card.unverified_fields:
                        if field in ("url", "phone", "sms", "hours", "cost"):
                            assert getattr(card, field) is None, (card.id, field)
    assert shown > 1000


def test_every_country_and_audience_gets_an_emergency_card(directory):
    countries = {country for item in directory.handoffs.values() for country in item.countries}
    for country in [*countries, "ZZ", None]:
        for audience in ("teen", "parent", "friend", "educator", "adult"):
            cards = directory.select("emergency", country, audience)
            assert cards and all(card.is_emergency for card in cards)


def test_a_resource_is_not_shown_where_it_does_not_serve(directory):
    assert directory.show("us_988_lifeline", "GB") is None
    assert directory.show("us_988_lifeline", "US").id == "us_988_lifeline"
    with pytest.raises(KeyError):
        directory.show("us_nobody", "US")
    with pytest.raises(KeyError):
        directory.select("nothing", "US")


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("us.yml", "cost: Free", "price: Free", "price: Extra inputs"),
        ("us.yml", "dial: '+18008435678'", "dial: call us", "phone.dial"),
        ("us.yml", "https://report.cybertip.org", "http://report.cybertip.org", "url"),
        ("us.yml", "id: us_ncmec_take_it_down", "id: us_ncmec_cybertipline", "twice"),
        ("handoffs.yml", "[us_911]", "[us_912]", "'us_912' is no resource"),
        ("handoffs.yml", "age_band:", "ages:", "Extra inputs"),
    ],
)
def test_a_mistake_in_the_directory_is_reported(project, path, old, new, message):
    project.edit(f"responses/resources/{path}", old, new)
    with pytest.raises(ContentError, match=message):
        load_directory(project.root)
