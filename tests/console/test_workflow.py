"""The way of a text: from a draft to what is said, and everything that must not happen."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.console.workflow import deciding, drafts, publishing
from bot.console.workflow.editions import Content, content_of, edition, find, withdrawal
from bot.console.workflow.people import Refused
from bot.content.events import broken_event
from tests.console.small import LOCALES, TABLES, open_house

STEP, CRISIS, CARD = "utter_step_save", "utter_self_harm_open", "utter_crisis_card"


@pytest.fixture
def house(database_url):
    made = open_house(database_url)
    yield made
    made.engine.dispose()


def test_a_text_goes_from_a_draft_to_what_is_said(house):
    before = house.live(STEP)
    made = house.approved(before, "Keep the chat.")
    version = house.published([made])
    assert (version, house.says(STEP)) == (2, "Keep the chat.")
    assert house.says(STEP, audience="parent") == f"{STEP} in en for parent.", "others stay"
    assert (house.row(before).state, house.row(made).state) == ("retired", "live")
    assert house.row(made).reviewed_by == "rita"
    event = TABLES["event"]
    with house.engine.connect() as connection:
        assert broken_event(connection) is None
        told = select(event.c.tag, event.c.actor).where(event.c.tag.startswith("console:"))
        assert [tuple(row) for row in connection.execute(told.order_by(event.c.id))] == [
            ("console:edition:drafted", "ana"),
            ("console:edition:edited", "ana"),
            ("console:edition:submitted", "ana"),
            ("console:edition:approved", "rita"),
            ("console:edition:retired", "paul"),
            ("console:edition:live", "paul"),
            ("console:release:published", "paul"),
        ]


def own_text(house):
    with house.work("rob") as work:
        made = drafts.start(work, house.live(STEP))
        row = find(work.connection, made)
        content = Content(**{**content_of(row).__dict__, "body": "Mine."})
        drafts.save(work, made, content, seen=row.content_hash)
        drafts.submit(work, made, seen=find(work.connection, made).content_hash)
    house.decided(made, "rob")


def edited_once(house):
    """Rob changed a word of Ana's text; Ana went on."""
    made = house.drafted(house.live(STEP), "One.")
    for name, text in (("rob", "Two."), ("ana", "Three.")):
        with house.work(name) as work:
            row = find(work.connection, made)
            content = Content(**{**content_of(row).__dict__, "body": text})
            drafts.save(work, made, content, seen=row.content_hash)
    with house.work("ana") as work:
        drafts.submit(work, made, seen=find(work.connection, made).content_hash)
    house.decided(made, "rob")


def after_a_change(house):
    made = house.submitted(house.live(STEP), "One.")
    row = house.row(made)
    change(house, made, "Two.")
    with house.work("rita") as work:
        seen = {"seen": row.content_hash, "in_round": row.round}
        deciding.decide(work, made, "approve", **seen)


def change(house, made, text, by="ana"):
    with house.work(by) as work:
        row = find(work.connection, made)
        content = Content(**{**content_of(row).__dict__, "body": text})
        drafts.save(work, made, content, seen=row.content_hash)


def published_after_a_change(house):
    made = house.approved(house.live(STEP), "One.")
    change(house, made, "Two.")
    house.published([made])


def replayed(house):
    """The very request that approved it, after it was changed and changed back."""
    made = house.submitted(house.live(STEP), "One.")
    row = house.row(made)
    house.decided(made, "rita")
    change(house, made, "Two.")
    change(house, made, "One.")
    with house.work("ana") as work:
        drafts.submit(work, made, seen=row.content_hash)
    with house.work("rita") as work:
        deciding.decide(work, made, "approve", seen=row.content_hash, in_round=row.round)


def approved_by_hand(house):
    made = house.submitted(house.live(STEP), "One.")
    with house.work("paul") as work:
        work.connection.execute(
            update(edition).where(edition.c.id == made).values(state="approved")
        )


def forged_baseline(house):
    """A row that says it shipped: it is in no release that was signed."""
    row = house.row(house.live(STEP))
    values = {**content_of(row).values(), "body": "Evil.", "script_id": STEP, "locale": "en"}
    digest = drafts.content_hash({**row._mapping, **values})
    with house.work("paul") as work:
        work.connection.execute(
            update(edition).where(edition.c.id == row.id).values(state="retired")
        )
        made = work.connection.execute(
            TABLES["edition"]
            .insert()
            .values(
                **values,
                content_hash=digest,
                author="baseline",
                last_editor="baseline",
                baseline=True,
                created=1.0,
            )
        ).inserted_primary_key[0]
        held = {"release_version": 1, "edition_id": made}
        work.connection.execute(TABLES["release_edition"].insert().values(**held))
        work.connection.execute(update(edition).where(edition.c.id == made).values(state="live"))
        publishing.publish_anew(work, house.press, notes="Nothing special")


def numbers_by_one(house):
    made = house.submitted(house.live(STEP), "One.", handoffs=("crisis",))
    assert house.decided(made, "rita") == "submitted", "one is not enough"
    house.published([made])


def numbers_twice_by_one(house):
    made = house.submitted(house.live(STEP), "One.", handoffs=("crisis",))
    house.decided(made, "rita")
    house.decided(made, "rita")


def by(name, act):
    def acted(house):
        act(house, name)

    return acted


def writes(house, name):
    house.drafted(house.live(STEP), "One.", by=name)


def decides(house, name):
    house.decided(house.submitted(house.live(STEP), "One."), name)


def publishes(house, name):
    house.published([house.approved(house.live(STEP), "One.")], by=name)


def takes_out(house, name):
    with house.work(name) as work:
        publishing.withdraw(work, house.press, [house.live(STEP)], reason="wrong")


def goes_back(house, name):
    with house.work(name) as work:
        publishing.roll_back(work, house.press, 1, reason="wrong")


def rejected_in_silence(house):
    house.decided(house.submitted(house.live(STEP), "One."), "rita", "reject")


def two_drafts(house):
    house.drafted(house.live(STEP), "One.")
    house.drafted(house.live(STEP), "Two.")


def lost_update(house):
    made = house.drafted(house.live(STEP), "One.")
    with house.work("alex") as work:
        content = Content(**{**content_of(find(work.connection, made)).__dict__, "body": "Mine."})
        drafts.save(work, made, content, seen=house.row(house.live(STEP)).content_hash)


def holding_withdrawn(house):
    with house.work("rita") as work:
        publishing.withdraw(work, house.press, [house.live("utter_holding")], reason="wrong")


def no_whole_release(house):
    with house.work("ana") as work:
        row = find(work.connection, house.live(CARD))
        content = Content(**{**content_of(row).__dict__, "body": "Broken {brace}."})
        made = drafts.start(work, row.id)
        drafts.save(work, made, content, seen=row.content_hash)
        drafts.submit(work, made, seen=find(work.connection, made).content_hash)
    house.decided(made, "rita")
    house.published([made])


def helper_of_another(house):
    """The entry of one helper put into the place of another."""
    with house.work("ana") as work:
        other = find(work.connection, house.live("resource:us_988_lifeline", ""))
        row = find(work.connection, house.live("resource:us_911", ""))
        made = drafts.start(work, row.id)
        drafts.save(work, made, content_of(other), seen=row.content_hash)


def helper_of_no_shape(house):
    with house.work("ana") as work:
        row = find(work.connection, house.live("resource:us_911", ""))
        made = drafts.start(work, row.id)
        drafts.save(work, made, Content("no entry"), seen=row.content_hash)


def helper_in_one_language(house):
    with house.work("ana") as work:
        row = find(work.connection, house.live("resource:us_911", ""))
        place = {"script_id": row.script_id, "locale": "es"}
        empty = {"audience": "", "channel": "", "country": ""}
        drafts.start_place(work, {**place, **empty}, content_of(row))


def withdrawn_number_back_by_one(house):
    with house.work("rita") as work:
        publishing.withdraw(work, house.press, [house.live("resource:us_911", "")], reason="wrong")
    with house.work("ana") as work:
        made = drafts.start(work, house.live("resource:us_911", ""))
        drafts.submit(work, made, seen=find(work.connection, made).content_hash)
    house.decided(made, "rosa")
    house.published([made])


def cards_taken_from_some(house):
    """Another text for friends alone, without the cards that everybody else gets."""
    row = house.row(house.live(CRISIS))
    bare = {**content_of(row).__dict__, "body": "Oh.", "handoffs": ()}
    place = {"script_id": CRISIS, "locale": "en", "audience": "friend"}
    with house.work("ana") as work:
        made = drafts.start_place(work, {**place, "channel": "", "country": ""}, Content(**bare))
        drafts.submit(work, made, seen=find(work.connection, made).content_hash)
    house.decided(made, "rita")
    house.published([made])


def two_scripts_withdrawn(house):
    ids = [house.live(STEP), house.live(CARD)]
    with house.work("rita") as work:
        publishing.withdraw(work, house.press, ids, reason="all of it")


def approved_by_somebody_let_out(house):
    made = house.approved(house.live(STEP), "One.")
    with house.work("paul") as work:
        assert deciding.forget_approvals(work, "rita") == 1
    house.published([made])


REFUSED = {
    "a helper in the place of another": (helper_of_another, "entry of another helper"),
    "a helper that is none": (helper_of_no_shape, "no entry of the directory"),
    "a helper for one language": (helper_in_one_language, "one entry for every language"),
    "cards taken away by one": (cards_taken_from_some, "is submitted, not approved"),
    "two scripts withdrawn at once": (two_scripts_withdrawn, "One script at a time"),
    "approved by somebody who is out": (approved_by_somebody_let_out, "is draft, not approved"),
    "the author approves": (own_text, "You worked on this text"),
    "somebody who changed one word approves": (edited_once, "You worked on this text"),
    "an approval after a change": (after_a_change, "changed since you looked"),
    "published after a change": (published_after_a_change, "is draft, not approved"),
    "an approval replayed": (replayed, "changed since you looked"),
    "approved without a decision": (approved_by_hand, "no valid approval"),
    "a row that claims to have shipped": (forged_baseline, "never shipped"),
    "numbers approved by one": (numbers_by_one, "is submitted, not approved"),
    "numbers approved twice by one": (numbers_twice_by_one, "needs another person"),
    "a viewer writes": (by("vera", writes), "This is for: author"),
    "a translator writes the source": (by("tom", writes), "Translators write the other"),
    "an author decides": (by("ana", decides), "This is for: reviewer"),
    "a publisher decides": (by("paul", decides), "This is for: reviewer"),
    "a reviewer publishes": (by("rita", publishes), "This is for: publisher"),
    "an author withdraws": (by("ana", takes_out), "This is for: publisher"),
    "a reviewer goes back": (by("rita", goes_back), "This is for: publisher"),
    "rejected without a reason": (rejected_in_silence, "Say why"),
    "two drafts of one text": (two_drafts, "is open already"),
    "an edit of a text that changed": (lost_update, "Somebody saved another version"),
    "the holding text withdrawn": (holding_withdrawn, "holding text itself stays"),
    "a text that would break the release": (no_whole_release, "no whole release"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(house, case):
    act, reason = REFUSED[case]
    before = house.release().digest
    with pytest.raises(Refused, match=reason):
        act(house)
    assert house.release().digest == before, "nothing was published"


def test_a_withdrawn_number_does_not_come_back_on_one_word(house):
    with pytest.raises(Refused, match="is submitted, not approved"):
        withdrawn_number_back_by_one(house)
    assert house.release().directory.show("us_911", "US").phone is None


def test_two_people_approve_other_numbers(house):
    made = house.approved(house.live(STEP), "One.", handoffs=("crisis",))
    house.published([made])
    assert house.release().editions_of(STEP, "en")[0].handoffs == ("crisis",)


def test_going_back_says_what_was_said_and_keeps_the_numbers_of_today(house):
    house.published([house.approved(house.live(STEP), "New.")])
    assert house.says(STEP) == "New."
    with house.work("paul") as work:
        assert publishing.roll_back(work, house.press, 1, reason="Worse than before") == 3
    assert house.says(STEP) == f"{STEP} in en for all."
    with house.work("paul") as work:
        publishing.roll_back(work, house.press, 2, reason="It was right")
    assert house.says(STEP) == "New."


@pytest.mark.parametrize("by", ["rita", "paul"])
def test_one_person_withdraws_a_text_at_once_and_it_never_comes_back_by_itself(house, by):
    text = house.says(STEP)
    number = house.live(STEP)
    with house.work(by) as work:
        publishing.withdraw(work, house.press, [number], reason="It names the wrong app")
    assert house.says(STEP) == house.says("utter_holding")
    assert house.says(STEP, "es") == f"{STEP} in es for all."
    house.published([house.approved(house.live("utter_welcome"), "Hello.")])
    assert house.says(STEP) != text, "another release does not bring it back"
    made = house.approved(number, "Mended.")
    house.published([made])
    assert house.says(STEP) == "Mended."
    with house.engine.connect() as connection:
        lifted = connection.execute(select(withdrawal.c.lifted)).scalar_one()
    assert lifted is not None
    with house.work("paul") as work:
        publishing.roll_back(work, house.press, 1, reason="Back")
    assert house.says(STEP) == house.says("utter_holding"), "nor does going back"


def test_a_withdrawn_text_comes_back_through_two_people(house):
    number, text = house.live(STEP), house.says(STEP)
    with house.work("rita") as work:
        publishing.withdraw(work, house.press, [number], reason="A mistake, I thought")
    with house.work("ana") as work:
        made = drafts.start(work, number)
        drafts.submit(work, made, seen=find(work.connection, made).content_hash)
    house.decided(made, "rita")
    house.published([made])
    assert house.says(STEP) == text


def test_what_is_live_already_is_not_reviewed_again(house):
    with house.work("ana") as work:
        made = drafts.start(work, house.live(STEP))
        with pytest.raises(Refused, match="nothing to review"):
            drafts.submit(work, made, seen=find(work.connection, made).content_hash)


@pytest.mark.parametrize("moved", [False, True], ids=["words", "numbers"])
def test_a_stale_crisis_translation_is_held_back_where_numbers_changed(house, moved):
    changes = {"handoffs": ("emergency", "child_abuse")} if moved else {}
    made = house.approved(house.live(CRISIS), "Call now.", **changes)
    house.published([made])
    spanish = house.release().editions_of(CRISIS, "es")[0]
    if not moved:
        assert spanish.text == f"{CRISIS} in es for all."
        return
    assert spanish.text == house.says("utter_holding_crisis", "es")
    assert set(spanish.handoffs) >= {"emergency", "child_abuse"}, "the numbers are those of today"
    mended = house.approved(house.live(CRISIS, "es"), "Llama ya.", by="tom", **changes)
    house.published([mended])
    assert house.says(CRISIS, "es") == "Llama ya."


def test_what_was_read_again_counts_as_reviewed(house):
    number = house.live(STEP)
    with house.work("rita") as work:
        deciding.read_again(work, number, seen=house.row(number).content_hash, note="still right")
        work_again = work
    assert work_again.locales == LOCALES
    with house.work("paul") as work:
        publishing.publish_anew(work, house.press, notes="Reviewed")
    assert house.release().editions_of(STEP, "en")[0].reviewed_by == "rita"
