from __future__ import annotations

import json
import random
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.content.release import (
    REQUIRED_SCRIPTS,
    Release,
    ReleaseRefused,
    build_baseline,
    content_digest,
    sign,
    verify,
)
from bot.content.scripts import ContentError
from bot.content.store import HIGHEST, KeyDamaged, ReleaseStore, ensure_key, publish_baseline
from bot.edge import open_release
from bot.settings import Settings

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def bundle(project):
    return build_baseline(project.root, ["en"])


def signed(bundle, version):
    return sign({**bundle, "version": version}, KEY)


@pytest.fixture
def store(tmp_path, bundle):
    made = ReleaseStore(tmp_path / "releases", KEY.public_key())
    made.publish(signed(bundle, 1))
    return made


def test_a_signed_bundle_comes_back_whole(bundle):
    release = verify(sign(bundle, KEY), KEY.public_key())
    assert (release.version, release.locales, release.draft) == (1, ("en",), True)
    assert release.content_digest == content_digest(bundle)
    edition = release.editions_of("utter_self_harm_open", "en")[0]
    assert edition.says == ("cannot_alert_anyone",)
    assert release.holds("utter_self_harm_open", edition.content_hash[:12])
    assert not release.holds("utter_greet", edition.content_hash[:12])
    assert release.directory.emergency_number("US") == "911"


def test_no_flipped_bit_is_accepted(bundle):
    data, public = sign(bundle, KEY), KEY.public_key()
    chance = random.Random(7)
    places = [*range(160), *(chance.randrange(len(data)) for _ in range(500))]
    accepted = []
    for place in places:
        broken = bytearray(data)
        broken[place] ^= 1 << chance.randrange(8)
        try:
            verify(bytes(broken), public)
        except ReleaseRefused:
            continue
        accepted.append(place)
    assert accepted == []


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b" ",
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"\n", b"\r\n", 1),
        lambda data: data[:150].upper() + data[150:],
        lambda data: data[19:],
    ],
    ids=["cut", "longer", "empty", "half", "line end", "upper-case signature", "no header"],
)
def test_a_damaged_file_is_refused(bundle, change):
    with pytest.raises(ReleaseRefused):
        verify(change(sign(bundle, KEY)), KEY.public_key())


def test_another_key_is_refused(bundle):
    with pytest.raises(ReleaseRefused):
        verify(sign(bundle, Ed25519PrivateKey.generate()), KEY.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"format": "handrail-release-2"},
        {"editions": None},
        {"labels": {}, "locales": 3},
    ],
)
def test_a_signed_bundle_of_another_shape_is_refused(bundle, change):
    with pytest.raises(ReleaseRefused):
        verify(sign({**bundle, **change}, KEY), KEY.public_key())


def test_a_text_that_does_not_match_its_hash_is_refused_even_when_signed(bundle):
    bundle["editions"][0]["text"] = "Something else."
    with pytest.raises(ReleaseRefused, match="does not match its hash"):
        verify(sign(bundle, KEY), KEY.public_key())


def test_an_unknown_placeholder_is_refused_at_load(bundle):
    from bot.content.scripts import Edition

    fields = {**bundle["editions"][0], "text": "Hello {name}"}
    del fields["hash"]
    edition = Edition.model_validate(fields)
    bundle["editions"][0] = {**fields, "hash": edition.content_hash}
    with pytest.raises(ReleaseRefused, match="placeholder"):
        verify(sign(bundle, KEY), KEY.public_key())


def test_a_release_is_a_draft_until_every_text_is_reviewed(project, bundle):
    assert bundle["draft"] is True
    text = project.read("responses/en/all.yml").replace("reviewed: null", "reviewed: 2026-11-01")
    project.write("responses/en/all.yml", text)
    assert build_baseline(project.root, ["en"])["draft"] is False


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("handoffs: [emergency, crisis]", "handoffs: [nowhere]", "unknown handoff nowhere"),
        (
            "      owner:",
            "      resources: [us_nobody]\n      owner:",
            "unknown resource us_nobody",
        ),
    ],
)
def test_a_bundle_with_an_unknown_card_is_not_built(project, old, new, message):
    project.edit("responses/en/all.yml", old, new)
    with pytest.raises(ContentError, match=message):
        build_baseline(project.root, ["en"])


def test_a_locale_without_labels_is_not_built(project):
    with pytest.raises(ContentError, match="labels for fr are missing"):
        build_baseline(project.root, ["en", "fr"])


@pytest.mark.parametrize("name", REQUIRED_SCRIPTS)
def test_a_locale_that_cannot_say_what_every_page_needs_is_not_built(project, name):
    project.edit("responses/en/all.yml", f"{name}:", "utter_something_else:")
    with pytest.raises(ContentError, match=rf"responses/en:0: {name} is missing in en\. Write it"):
        build_baseline(project.root, ["en"])


def test_a_text_for_some_people_does_not_count_as_one_for_all(project):
    text = project.read("responses/en/all.yml")
    bare = "utter_welcome:\n  - text: A calm short text.\n"
    assert bare in text
    condition = "    condition:\n    - {type: slot, name: audience, value: parent}\n"
    project.write("responses/en/all.yml", text.replace(bare, bare + condition))
    with pytest.raises(ContentError, match="utter_welcome is missing"):
        build_baseline(project.root, ["en"])


def test_a_second_locale_may_have_gaps_but_must_not_be_silent(project):
    with pytest.raises(ContentError, match=r"responses/es:0: es has no script\. .*LOCALES"):
        build_baseline(project.root, ["en", "es"])
    project.write(
        "responses/es/all.yml", 'version: "3.1"\nresponses:\n  utter_x:\n  - text: hola\n'
    )
    assert build_baseline(project.root, ["en", "es"])["locales"] == ["en", "es"]


def test_a_locale_without_scripts_does_not_become_the_default(project):
    with pytest.raises(ContentError, match="utter_crisis_card is missing in es"):
        build_baseline(project.root, ["es"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"editions": []}, "utter_crisis_card is missing in en"),
        ({"locales": []}, "no locale is named"),
        ({"locales": ["en", "es"]}, "es has no script"),
        ({"locales": ["es", "en"]}, "utter_welcome is missing in es"),
    ],
)
def test_a_signed_bundle_that_cannot_answer_is_refused(bundle, change, message):
    with pytest.raises(ReleaseRefused, match=message):
        verify(sign({**bundle, **change}, KEY), KEY.public_key())


def test_what_the_edge_says_by_itself_is_required():
    from bot.gateway import conversations, errors, speaking

    problems = [errors.RequestProblem, *errors.RequestProblem.__subclasses__()]
    said = {problem.script for problem in problems}
    said |= {conversations.WELCOME, conversations.LATE, speaking.CRISIS_CARD}
    assert said <= set(REQUIRED_SCRIPTS)


def test_the_last_good_release_serves_when_the_scripts_fall_silent(project, tmp_path):
    settings = Settings(_env_file=None, data_folder=tmp_path / "var", locales=("en",))
    assert open_release(settings, project.root).release.version == 1
    (project.root / "responses/en/all.yml").unlink()
    kept = open_release(settings, project.root).release
    assert kept.version == 1
    assert kept.editions_of("utter_crisis_card", "en")


def test_the_bundle_names_no_file_of_this_machine(project, bundle):
    data = sign(bundle, KEY).decode()
    assert str(project.root) not in data
    assert "all.yml" not in data


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    folder = tmp_path / "keys"
    first = ensure_key(folder)
    assert ensure_key(folder).private_bytes_raw() == first.private_bytes_raw()
    assert stat.S_IMODE((folder / "signing.key").stat().st_mode) == 0o600


def test_a_key_that_is_none_is_said_with_what_to_do(tmp_path):
    (tmp_path / "signing.key").write_bytes(b"short")
    with pytest.raises(KeyDamaged, match="backup"):
        ensure_key(tmp_path)


def test_a_newer_release_is_swapped_in_and_an_older_or_equal_one_is_refused(store, bundle):
    assert store.publish(signed(bundle, 3)).version == 3
    others = (signed({**bundle, "created": "2020-01-01T00:00:00Z"}, 3), signed(bundle, 2))
    for data in (*others, signed(bundle, 1)):
        with pytest.raises(ReleaseRefused, match="not newer"):
            store.publish(data)
    assert store.release.version == 3


def test_the_release_on_record_is_put_in_its_place_again(store, bundle):
    """After a crash between two writes, or a damaged file, the one before serves meanwhile."""
    store.publish(signed(bundle, 2))
    store.publish(signed(bundle, 3))
    (store.folder / "current.release").write_bytes(b"damaged")
    late = ReleaseStore(store.folder, KEY.public_key())
    assert late.load().version == 2
    assert late.publish(signed(bundle, 3)).version == 3
    assert late.load().version == 3
    assert late.alarm is None


def test_the_highest_version_is_remembered_across_restarts(store, bundle):
    store.publish(signed(bundle, 5))
    again = ReleaseStore(store.folder, KEY.public_key())
    assert again.load().version == 5
    with pytest.raises(ReleaseRefused):
        again.publish(signed(bundle, 4))
    (store.folder / "current.release").write_bytes(signed(bundle, 2))
    late = ReleaseStore(store.folder, KEY.public_key())
    assert late.load().version == 1, "an old signed file in its place: the one before serves"
    assert "older" in late.alarm


def test_a_tampered_file_leaves_the_last_good_release_in_force(store, bundle):
    store.publish(signed(bundle, 2))
    path = store.folder / "current.release"
    path.write_bytes(path.read_bytes().replace(b"Do not pay them", b"Please pay them"))
    assert store.load().version == 2, "in memory the good one stays"
    assert "refused" in store.alarm
    restarted = ReleaseStore(store.folder, KEY.public_key())
    assert restarted.load().version == 1, "after a restart the one before serves"
    assert restarted.alarm
    path.write_bytes(signed(bundle, 6))
    assert restarted.load().version == 6
    assert restarted.alarm is None


DAMAGED_STATES = {
    "a word for the number": b'{"highest": "x"}',
    "no number": b"{}",
    "null": b"null",
    "a null number": b'{"highest": null}',
    "a list": b"[1]",
    "true": b'{"highest": true}',
    "below zero": b'{"highest": -1}',
    "a fraction": b'{"highest": 1.5}',
    "no finite number": b'{"highest": 1e999}',
    "a number that no database takes": b'{"highest": %d}' % (HIGHEST + 1),
    "a number of 5000 digits": b'{"highest": ' + b"9" * 5000 + b"}",
    "a digest that is none": b'{"highest": 1, "current": ["x"]}',
    "not JSON": b"highest",
    "half": b'{"highest": 1',
    "empty": b"",
    "not UTF-8": b"\xff\xfe",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("damaged", DAMAGED_STATES.values(), ids=DAMAGED_STATES)
def test_a_damaged_record_counts_as_none_and_is_told(store, bundle, damaged, caplog):
    (store.folder / "state").write_bytes(damaged)
    restarted = ReleaseStore(store.folder, KEY.public_key())
    assert restarted.highest_version == 0
    assert restarted.load().version == 1
    assert "state is damaged" in restarted.alarm
    assert "state is damaged" in caplog.text
    assert restarted.highest_version == 1, "the record is written anew"
    restarted.load()
    assert restarted.alarm is None
    assert restarted.publish(signed(bundle, 2)).version == 2


def test_a_damaged_record_does_not_let_an_older_release_into_a_running_service(store, bundle):
    store.publish(signed(bundle, 5))
    (store.folder / "state").write_bytes(b"{}")
    with pytest.raises(ReleaseRefused, match="not newer"):
        store.publish(signed(bundle, 4))
    assert store.release.version == 5


def test_a_start_with_a_damaged_record_publishes_and_goes_on(project, tmp_path):
    folder = tmp_path / "var"
    publish_baseline(project.root, folder, ["en"])
    (folder / "state").write_bytes(b'{"highest": "x"}')
    assert publish_baseline(project.root, folder, ["en"]).release.version == 2
    assert publish_baseline(project.root, folder, ["en"]).release.version == 2


def test_nothing_good_on_disk_is_an_error_and_not_silence(tmp_path):
    empty = ReleaseStore(tmp_path / "none", KEY.public_key())
    with pytest.raises(ReleaseRefused):
        empty.load()
    with pytest.raises(ReleaseRefused):
        _ = empty.release


@pytest.mark.parametrize("fails_at", ["previous.release", "state", "current.release"])
def test_a_crash_at_any_write_leaves_a_good_release(store, bundle, monkeypatch, fails_at):
    from bot.content import store as module

    real = module.replace_file

    def failing(path, data):
        if path.name == fails_at:
            raise OSError("disk full")
        real(path, data)

    monkeypatch.setattr(module, "replace_file", failing)
    with pytest.raises(OSError, match="disk full"):
        store.publish(signed(bundle, 2))
    assert store.release.version == 1
    monkeypatch.undo()
    restarted = ReleaseStore(store.folder, KEY.public_key())
    assert restarted.load().version == 1
    assert restarted.publish(signed(bundle, 3)).version == 3


def test_the_baseline_is_published_once_and_again_when_a_text_changes(project, tmp_path):
    folder = tmp_path / "var"
    assert publish_baseline(project.root, folder, ["en"]).release.version == 1
    assert publish_baseline(project.root, folder, ["en"]).release.version == 1
    project.edit("responses/en/all.yml", "Stop paying now.", "Stop paying them now.")
    assert publish_baseline(project.root, folder, ["en"]).release.version == 2


def test_a_restart_does_not_replace_what_the_console_released(project, tmp_path):
    folder = tmp_path / "var"
    store = publish_baseline(project.root, folder, ["en"])
    bundle = build_baseline(project.root, ["en"], 2)
    store.publish(sign({**bundle, "origin": "console"}, ensure_key(folder)))
    project.edit("responses/en/all.yml", "Stop paying now.", "Stop paying them now.")
    again = publish_baseline(project.root, folder, ["en"])
    assert (again.release.version, again.release.origin) == (2, "console")


def test_canonical_json_is_what_is_signed(bundle):
    body = sign(bundle, KEY).split(b"\n", 1)[1]
    assert json.loads(body) == json.loads(json.dumps(bundle))
    assert (
        Release.from_bundle(json.loads(body)).digest
        == verify(sign(bundle, KEY), KEY.public_key()).digest
    )
