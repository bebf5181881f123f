from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.directory import Contact, Directory, Resource, load_directory
from bot.content.scripts import Button, ContentError, Edition, load_editions, locales_of
from bot.content.writing import resource_files, script_files, write_editions, write_resources

REPOSITORY = Path(__file__).resolve().parents[2]
TOPIC = "responses/en/topic.yml"
OTHER = "responses/en/other.yml"
FILES = {
    TOPIC: """\
version: "3.1"

# What this file is for.

responses:
  # Above the first script.
  utter_topic_open:
  - text: |-
      First.
        Deeper.

      # No comment.
    # Above the buttons.
    buttons:
    - title: I can't
      payload: "/affirm"
    metadata:
      says: [do_not_pay]
      risk: safety
      owner: somebody
      reviewed_by: null
      reviewed: 2026-01-02
      review_months: 12
      sources: [13_17, 'guidance.md 1']
  # For parents.
  - text: "For parents."
    condition:
    - {type: slot, name: audience, value: parent}
    - type: slot
      name: locale
      value: en
  - text: For educators.
    metadata: {says: [do_not_pay], handoffs: []}
    condition: [{type: slot, name: audience, value: educator}]

  # Above the second script.
  utter_topic_close:
  - {text: All on one line., metadata: {says: [not_alone]}}
  - text: |-
      By message.
    channel: messaging

  utter_topic_short:
  - text: Bye
# The end.
""",
    OTHER: 'responses:\n  utter_other_one:\n  - text: One\n  utter_other_two:\n  - text: Two\n',
    "responses/es/topic.yml": 'responses: {utter_topic_open: [{text: "Hola"}]}\n',
}  # fmt: skip
HOSTILE = [
    "", "# no comment", "a # b", "a: b", "- a", "? a", "'", '"', "it's \"so\"", "\\", "a\\nb", "|-",
    "yes", "No", "null", "~", "true", "13_17", "1.5", "0x1F", "1:30", "2026-01-02", "=", "<<", "*a",
    "&a", "!a", "%a", "@a", "`a`", "{platform}", "[a]", "a, b", "a,b", "---", "...", "a\n---\nb",
    "a\n  b  \n\n   \n\tc\td\n", "a\n# b\n", "a\r\nb\rc", "a\x85b", "a\u2028b\u2029c", "\ufeffa",
    "a\ufeff", "\0\a\x1b\x7f\x9f", "\ufffe", "😀 ¿qué? ñ\u0301", "👩‍👩‍👧", "long " * 900,
    "x" * 3000,
    "a:", "a #", "#", ":", "-", "a\xa0b", "/affirm{\"choice\":\"it's\"}", "¿Sí?", "٣", "_1", "1_0",
]  # fmt: skip


def plain(editions):
    """What must come back: everything but where it stands; the loader strips texts."""
    return [
        {**one.model_dump(exclude={"file", "line"}), "text": one.text.strip()} for one in editions
    ]


def put(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode("utf-8"))
    return root


@pytest.fixture
def root(tmp_path):
    return put(tmp_path, FILES)


def without_braces(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


texts = (st.sampled_from(HOSTILE) | st.text(max_size=30)).map(
    lambda text: without_braces(text) if text != "{platform}" else text
)
words = st.sampled_from(HOSTILE) | st.text(max_size=12)
buttons = st.lists(st.builds(Button, title=texts, payload=words), max_size=3).map(tuple)
lists = st.lists(words, max_size=3).map(tuple)
metadata = {
    "says": lists,
    "handoffs": lists,
    "resources": lists,
    "sources": lists,
    "risk": st.sampled_from(["crisis", "safety", "general"]),
    "owner": st.none() | words,
    "reviewed_by": st.none() | words,
    "reviewed": st.none() | words,
    "review_months": st.none() | st.integers(min_value=1, max_value=99),
}
conditions = {name: st.none() | words for name in ("audience", "channel", "country")}
changed_fields = st.fixed_dictionaries(
    {}, optional={"text": texts, "buttons": buttons, **metadata, **conditions}
)
made = st.builds(
    Edition,
    script=st.sampled_from(
        ["utter_topic_open", "utter_topic_new", "utter_other_new", "utter_1", "utter_topic_short"]
    ),
    locale=st.sampled_from(["en", "es"]),
    text=texts,
    buttons=buttons,
    **metadata,
    **conditions,
)


@st.composite
def edited(draw):
    """The editions of FILES with some changed, moved, removed and added."""
    with TemporaryDirectory() as folder:
        editions = load_editions(put(Path(folder), FILES))
    kept = [
        one.model_copy(update=draw(changed_fields)) if draw(st.booleans()) else one
        for one in editions
        if draw(st.integers(0, 4))
    ]
    if draw(st.booleans()):
        kept = draw(st.permutations(kept))
    found = {}
    for one in (*kept, *draw(st.lists(made, max_size=3))):
        found.setdefault((one.locale, one.script, one.audience, one.channel, one.country), one)
    return list(found.values())


def by_place(editions):
    return sorted(
        plain(editions),
        key=lambda one: [str(one[key]) for key in ("locale", "script", *conditions)],
    )


@settings(max_examples=40, deadline=None, database=None)
@given(edited())
def test_any_edit_comes_back_equal_and_a_second_writing_changes_nothing(editions):
    with TemporaryDirectory() as folder:
        root = put(Path(folder), FILES)
        locales = {one.locale for one in editions}
        changed = write_editions(editions, root)
        read = load_editions(root, sorted(locales))
        assert by_place(read) == by_place(editions)
        assert write_editions(editions, root) == write_editions(read, root) == []
        assert {*changed} == {
            root / name
            for name in {*FILES, *(path.relative_to(root).as_posix() for path in changed)}
            if not (root / name).is_file() or (root / name).read_text("utf-8") != FILES.get(name)
        }


@pytest.mark.parametrize("locale", locales_of(REPOSITORY))
def test_the_repository_is_written_byte_for_byte(locale):
    written = script_files(load_editions(REPOSITORY, [locale]), REPOSITORY)
    files = (REPOSITORY / "responses" / locale).glob("*.yml")
    assert {name: text.encode("utf-8") for name, text in written.items()} == {
        path.relative_to(REPOSITORY).as_posix(): path.read_bytes() for path in files
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_any_layout_stay_as_they_are_when_nothing_changed(tmp_path, end):
    files = {name: text.replace("\n", end) for name, text in FILES.items()}
    editions = load_editions(put(tmp_path, files))
    assert script_files(editions, tmp_path) == files


@pytest.mark.parametrize("topic", ["sextortion", "conversation", "crisis"])
def test_a_changed_text_in_the_repository_changes_its_lines_alone(tmp_path, topic):
    path = f"responses/en/{topic}.yml"
    put(tmp_path, {path: (REPOSITORY / path).read_text("utf-8")})
    editions = load_editions(tmp_path)
    place = next(index for index, one in enumerate(editions) if "\n" not in one.text)
    editions[place] = editions[place].model_copy(update={"text": "Two\nlines."})
    before = (tmp_path / path).read_text("utf-8").splitlines()
    assert write_editions(editions, tmp_path) == [tmp_path / path]
    after = (tmp_path / path).read_text("utf-8").splitlines()
    assert Counter(after) - Counter(before) == Counter(["      Two", "      lines."])
    assert sum((Counter(before) - Counter(after)).values()) == 1


def test_an_approval_in_the_repository_changes_the_lines_of_the_review_alone(tmp_path):
    path = "responses/en/sextortion.yml"
    put(tmp_path, {path: (REPOSITORY / path).read_text("utf-8")})
    approval = {"reviewed_by": "staff:7", "reviewed": "2026-12-01"}
    editions = [one.model_copy(update=approval) for one in load_editions(tmp_path)]
    before = (tmp_path / path).read_text("utf-8").splitlines()
    write_editions(editions, tmp_path)
    after = (tmp_path / path).read_text("utf-8").splitlines()
    added, gone = Counter(after) - Counter(before), Counter(before) - Counter(after)
    assert {*added} == {"      reviewed_by: staff:7", "      reviewed: '2026-12-01'"}
    assert {*gone} == {"      reviewed_by: null", "      reviewed: null"}


def change(editions, script, index=0, **fields):
    places = [place for place, one in enumerate(editions) if one.script == script]
    place = places[index]
    return [
        one.model_copy(update=fields) if here == place else one
        for here, one in enumerate(editions)
    ]  # fmt: skip


EDITS = {
    "a text": (
        {"script": "utter_topic_open", "text": "New: \n # words"},
        "      First.\n        Deeper.\n\n      # No comment.\n",
        "      New: \n       # words\n",
    ),
    "the buttons": (
        {"script": "utter_topic_open", "buttons": (Button(title="Why?", payload='/a{"b":"c"}'),)},
        "    - title: I can't\n      payload: \"/affirm\"\n",
        "    - title: \"Why?\"\n      payload: '/a{\"b\":\"c\"}'\n",
    ),
    "no buttons": (
        {"script": "utter_topic_open", "buttons": ()},
        "    # Above the buttons.\n    buttons:\n    - title: I can't\n"
        "      payload: \"/affirm\"\n",
        "",
    ),
    "new buttons stand before the condition": (
        {"script": "utter_topic_open", "index": 1, "buttons": (Button(title="A", payload="/b"),)},
        "    condition:\n    - {type",
        "    buttons:\n    - title: A\n      payload: /b\n    condition:\n    - {type",
    ),
    "metadata of a later variation": (
        {"script": "utter_topic_open", "index": 2, "says": ("a", "b"), "handoffs": ("yes",)},
        "    metadata: {says: [do_not_pay], handoffs: []}\n",
        "    metadata:\n      says: [a, b]\n      handoffs: ['yes']\n",
    ),
    "a variation that was on one line": (
        {"script": "utter_topic_close", "text": "Two"},
        "  - {text: All on one line., metadata: {says: [not_alone]}}\n",
        "  - text: |-\n      Two\n    metadata:\n      says: [not_alone]\n      risk: general\n"
        "      owner: null\n      reviewed_by: null\n      reviewed: null\n"
        "      review_months: null\n      sources: []\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_only_the_lines_of_what_changed_are_written_anew(root, name):
    fields, old, new = EDITS[name]
    assert FILES[TOPIC].count(old) == 1
    editions = change(load_editions(root, ["en"]), **fields)
    assert write_editions(editions, root) == [root / TOPIC]
    assert (root / TOPIC).read_text("utf-8") == FILES[TOPIC].replace(old, new)
    assert plain(load_editions(root, ["en"])) == plain(editions)


def test_a_new_variation_and_a_new_script_go_to_the_end_in_the_style_of_the_repository(root):
    editions = load_editions(root, ["en"])
    short = next(one for one in editions if one.script == "utter_topic_short")
    teen = short.model_copy(update={"country": "US", "audience": "teen", "text": "T"})
    teen = teen.model_copy(update={"risk": "crisis"})
    new = Edition(script="utter_topic_new", locale="en", text="N", says=("a",), sources=("b 1",))
    write_editions([new, teen, *editions], root)
    added = (root / TOPIC).read_text("utf-8").removeprefix(FILES[TOPIC].split("# The end.")[0])
    assert added == (
        "  - text: |-\n      T\n    condition:\n    - type: slot\n      name: audience\n"
        "      value: teen\n    - type: slot\n      name: country\n      value: US\n"
        "    metadata:\n      risk: crisis\n"
        "\n  utter_topic_new:\n  - text: |-\n      N\n    metadata:\n      says: [a]\n"
        "      risk: general\n      owner: null\n      reviewed_by: null\n      reviewed: null\n"
        "      review_months: null\n      sources: [b 1]\n# The end.\n"
    )


def test_a_removed_script_goes_with_its_comment_and_a_file_without_scripts_goes(root):
    editions = [
        one
        for one in load_editions(root, ["en"])
        if one.script not in {"utter_topic_open", "utter_other_one", "utter_other_two"}
    ]
    assert write_editions(editions, root) == [root / OTHER, root / TOPIC]
    assert not (root / OTHER).exists()
    head, rest = FILES[TOPIC].split("  # Above the first script.\n")
    assert (root / TOPIC).read_text("utf-8") == head + rest[rest.index("  # Above the second") :]


def test_a_first_variation_that_goes_leaves_its_metadata_to_the_next(root):
    editions = load_editions(root, ["en"])
    editions.remove(next(one for one in editions if one.script == "utter_topic_open"))
    write_editions(editions, root)
    assert plain(load_editions(root, ["en"])) == plain(editions)
    assert '  # For parents.\n  - text: "For parents."\n' in (root / TOPIC).read_text("utf-8")


HOMES = {
    "the file that has it, whatever the edition says": ("utter_topic_open", "en", OTHER, TOPIC),
    "the file that the edition names": (
        "utter_topic_x", "en", "responses/en/made.yml", "responses/en/made.yml",
    ),
    "the file of scripts with the same words": ("utter_other_x", "en", "", OTHER),
    "no file outside the folder": ("utter_topic_x", "en", "responses/en/../x.yml", TOPIC),
    "no file of another locale": ("utter_other_x", "en", "responses/es/topic.yml", OTHER),
    "the conversation": ("utter_new", "en", "", "responses/en/conversation.yml"),
    "the file of its other languages": ("utter_other_one", "es", "", "responses/es/other.yml"),
    "a new locale": ("utter_x", "fr", "", "responses/fr/conversation.yml"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOMES)
def test_a_script_is_written_to(root, name):
    script, locale, file, expected = HOMES[name]
    new = Edition(script=script, locale=locale, text="Here I am.", file=file)
    there = [
        one for one in load_editions(root) if (one.script, one.locale) != (script, locale)
    ]  # fmt: skip
    files = script_files([*there, new], root)
    assert [name for name, text in files.items() if "Here I am." in text] == [expected]
    assert {path: (root / path).read_text("utf-8") for path in FILES} == FILES


def test_line_ends_that_only_yaml_knows_do_not_shift_the_lines(root):
    text = FILES[TOPIC].replace('For parents."', 'For\u2028  par\x85  ents."')
    put(root, {TOPIC: text})
    write_editions(change(load_editions(root, ["en"]), "utter_topic_short", text="Ciao"), root)
    changed = text.replace("- text: Bye", "- text: |-\n      Ciao")
    assert (root / TOPIC).read_text("utf-8") == changed


def test_what_is_kept_is_written_anew_where_it_needs_what_went(root):
    put(
        root,
        {OTHER: "# Head.\nresponses:\n  utter_other_one:\n  - text: &a One\n"
                "  utter_other_two:\n  - text: *a\n"},
    )  # fmt: skip
    editions = change(load_editions(root, ["en"]), "utter_other_one", text="Changed")
    write_editions(editions, root)
    assert plain(load_editions(root, ["en"])) == plain(editions)
    assert (root / OTHER).read_text("utf-8").startswith('# Head.\nversion: "3.1"\n\nresponses:\n')


REFUSED = {
    "two texts with the same conditions": {"text": "Twice"},
    "a brace that fills nothing": {"text": "{name}", "audience": "x"},
    "a risk that nobody knows": {"risk": "high", "audience": "x"},
    "an id that is none": {"script": "utter_x:\n  - text: more"},
    "an id that hides another": {"script": "utter_x:\n  - text: more\n  utter_y"},
    "half a character": {"text": "\ud83d", "audience": "x"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_not_be_read_again_is_refused_before_anything_is_written(root, name):
    editions = load_editions(root)
    bad = editions[0].model_copy(update=REFUSED[name])
    with pytest.raises(ContentError):
        write_editions([*change(editions, "utter_topic_open", text="New"), bad], root)
    assert {path: (root / path).read_text("utf-8") for path in FILES} == FILES


@pytest.mark.parametrize("locale", ["resources", "../en", ""])
def test_a_locale_that_is_no_folder_is_refused(root, locale):
    with pytest.raises(ValueError, match="is no locale"):
        script_files([Edition(script="utter_x", locale=locale, text="A")], root)


def test_files_that_cannot_be_read_are_not_written_over(root):
    editions = load_editions(root)
    put(root, {OTHER: "responses: ["})
    with pytest.raises(ContentError):
        write_editions(editions, root)
    assert (root / OTHER).read_text("utf-8") == "responses: ["


@pytest.fixture
def resources(tmp_path):
    shutil.copytree(REPOSITORY / "responses/resources", tmp_path / "responses/resources")
    return tmp_path


def test_the_directory_of_the_repository_is_written_byte_for_byte():
    files = {
        path.relative_to(REPOSITORY).as_posix(): path.read_bytes()
        for path in (REPOSITORY / "responses/resources").glob("*.yml")
        if path.name != "handoffs.yml"
    }
    written = resource_files(load_directory(REPOSITORY), REPOSITORY)
    assert {name: text.encode("utf-8") for name, text in written.items()} == files


SMALL = """\
# Help in the United States.

- id: us_a
  name: A
  what: {en: Help}
  audience: [teen]
  languages: [en]
  eligibility: 'Anyone'
  country: US
  serves: [US]
  kind: report
  source: {kind: none}
  verified: stored page
  checked_on: '2026-11-22'

# The second one.
- id: us_b
  name: B
  what:
    en: Help
  phone: {display: '1', dial: '+123'}
  audience: [teen]
  languages: [en]
  eligibility: Anyone
  country: US
  serves: [US]
  kind: report
  source: {kind: none}
  verified: stored page
  checked_on: '2026-11-22'
"""
US = "responses/resources/us.yml"
contacts = st.none() | st.builds(Contact, display=words, dial=st.sampled_from(["123", "+1234"]))
resource_fields = st.fixed_dictionaries(
    {},
    optional={
        "name": words,
        "what": st.dictionaries(st.sampled_from(["en", "es", "no"]), words),
        "url": st.sampled_from([None, "https://a.example/#x", "https://a.example/" + "y" * 200]),
        "phone": contacts,
        "sms": contacts,
        "hours": st.none() | words,
        "anonymous": st.sampled_from(["yes", "no", "unknown"]),
        "audience": lists,
        "platform": st.none() | words,
        "country": st.sampled_from(["US", "FR", "INT", "../x"]),
        "checked_on": words,
        "unverified_fields": lists,
    },
)


@settings(max_examples=40, deadline=None, database=None)
@given(st.sets(st.sampled_from(["us_a", "us_b", "zz_c", "zz_d"])), st.data())
def test_any_change_of_resources_comes_back_equal_and_again_changes_nothing(keys, data):
    with TemporaryDirectory() as folder:
        root = put(Path(folder), {US: SMALL})
        pattern = load_directory(root).resources
        found = {
            key: pattern.get(key, pattern["us_b"]).model_copy(
                update={**data.draw(resource_fields), "id": key}
            )
            for key in sorted(keys)
        }
        directory = Directory(resources=found, handoffs={})
        write_resources(directory, root)
        assert load_directory(root) == directory
        assert write_resources(directory, root) == []
        assert {path.parent.name for path in root.rglob("*.yml")} <= {"resources"}


def test_a_changed_field_of_a_resource_changes_its_lines_alone(tmp_path):
    root = put(tmp_path, {US: SMALL})
    found = dict(load_directory(root).resources)
    contact = Contact(display="2", dial="222")
    found["us_b"] = found["us_b"].model_copy(update={"phone": contact, "platform": "x"})
    assert write_resources(Directory(resources=found, handoffs={}), root) == [root / US]
    head, entry = SMALL.split("# The second one.\n")
    entry = entry.replace("{display: '1', dial: '+123'}", "{display: '2', dial: '222'}")
    entry = entry.replace("kind: report\n", "kind: report\n  platform: x\n")
    assert (root / US).read_text("utf-8") == f"{head}# The second one.\n{entry}"


def test_a_new_resource_goes_to_its_country_and_looks_like_the_others(resources):
    directory = load_directory(resources)
    line = directory.resources["us_ncmec_explicit_content"]
    new = {
        "us_new": line.model_copy(update={"id": "us_new"}),
        "it_new": line.model_copy(update={"id": "it_new", "country": "IT"}),
        "eu_new": line.model_copy(update={"id": "eu_new", "country": "INT"}),
        "app_new": line.model_copy(update={"id": "app_new", "platform": "discord"}),
    }
    more = Directory(
        resources={**new, **directory.resources}, handoffs=directory.handoffs
    )  # fmt: skip
    folder = resources / "responses/resources"
    before = (folder / "us.yml").read_text("utf-8")
    changed = write_resources(more, resources)
    assert [path.name for path in changed] == [
        "international.yml", "it.yml", "platforms.yml", "us.yml",
    ]  # fmt: skip
    entry = (
        before[before.index("- id: us_ncmec_explicit_content") :].split("\n\n")[0].rstrip() + "\n"
    )
    wanted = before + "\n" + entry.replace("us_ncmec_explicit_content", "us_new", 1)
    assert (folder / "us.yml").read_text("utf-8") == wanted
    assert load_directory(resources) == more


def test_a_resource_that_went_takes_its_file_with_it_and_leaves_the_handoffs(resources):
    directory = load_directory(resources)
    kept: dict[str, Resource] = {
        key: one for key, one in directory.resources.items() if one.country != "BR"
    }
    handoffs = (resources / "responses/resources/handoffs.yml").read_bytes()
    changed = write_resources(Directory(resources=kept, handoffs={}), resources)
    assert changed == [resources / "responses/resources/br.yml"]
    assert (resources / "responses/resources/handoffs.yml").read_bytes() == handoffs
