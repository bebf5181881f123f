"""Tests that police the project: what is declared in one place is there in the others."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ROOT, Settings

CODE = ("bot", "actions")
LOCALES = ("en", "es")
SITUATIONS = (
    "self_harm", "immediate_danger", "abuse_offline", "meet_in_person", "sextortion",
    "image_shared", "deepfake", "ai_bullying", "enticement", "sent_image",
    "made_or_shared_image", "nudify_app", "saw_abuse_material", "impersonation", "ai_companion",
    "own_behaviour", "adult_victim",
)  # fmt: skip
QUESTIONS = (
    "ask_report", "ask_takedown", "ask_block", "ask_evidence", "ask_secure_account", "ask_legal",
    "ask_after_report", "ask_no_result", "ask_tell_adult", "ask_talk_to_child", "ask_prevention",
    "ask_school", "ask_definition", "ask_support", "ask_education", "ask_privacy",
)  # fmt: skip
FEELINGS = ("feel_scared", "feel_ashamed", "fear_parents")
CONVERSATION = (
    "greet", "goodbye", "thank", "affirm", "deny", "unsure", "menu", "start_over", "repeat",
    "bot_challenge", "delete_data", "switch_language", "inform_audience", "inform_platform",
    "inform_country", "insult", "unsafe_request",
)  # fmt: skip
MEANT = (*SITUATIONS, *QUESTIONS, *FEELINGS, *CONVERSATION)
INTENTS = (*MEANT, "out_of_scope")
# Sentences that an intent has at least, by what it is, in English and in Spanish.
LEAST = {
    **{intent: {"en": 150, "es": 100} for intent in SITUATIONS},
    **{intent: {"en": 70, "es": 50} for intent in QUESTIONS},
    **{intent: {"en": 50, "es": 35} for intent in FEELINGS},
    **{intent: {"en": 25, "es": 15} for intent in CONVERSATION},
    "out_of_scope": {"en": 600, "es": 350},
}
# What they say depends on what is open, so that they have no script of their own.
WITHOUT_SCRIPT = {"affirm", "deny", "unsure", "repeat", "inform_audience", "inform_platform",
                  "inform_country"}  # fmt: skip


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@cache
def blocks(locale: str) -> list[dict[str, Any]]:
    """Every block of training sentences in a language."""
    files = sorted((ROOT / "data" / "nlu" / locale).glob("*.yml"))
    return [block for file in files for block in read(file)["nlu"]]


@cache
def sentences(locale: str) -> dict[str, list[str]]:
    """Intent -> its training sentences in a language."""
    found: dict[str, list[str]] = {}
    for block in blocks(locale):
        texts = [line.removeprefix("- ") for line in block["examples"].splitlines()]
        found.setdefault(block["intent"], []).extend(texts)
    return found


@cache
def scripts() -> frozenset[str]:
    """Ids of all English scripts."""
    files = sorted((ROOT / "responses" / "en").glob("*.yml"))
    return frozenset(script for file in files for script in read(file)["responses"])


@cache
def ruled() -> frozenset[str]:
    """Intents that a rule begins with."""
    return frozenset(
        rule["steps"][0]["intent"]
        for file in sorted((ROOT / "data" / "rules").glob("*.yml"))
        for rule in read(file)["rules"]
        if "intent" in rule["steps"][0]
    )


def test_the_domain_has_the_intents_of_the_taxonomy() -> None:
    assert set(read(ROOT / "domain.yml")["intents"]) == set(INTENTS)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_has_enough_different_sentences(intent: str, locale: str) -> None:
    different = {" ".join(text.casefold().split()) for text in sentences(locale).get(intent, [])}
    least = LEAST[intent][locale]
    assert len(different) >= least, f"{intent}: {len(different)} of {least} in data/nlu/{locale}"


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_belongs_to_two_intents(locale: str) -> None:
    owners: dict[str, set[str]] = {}
    for intent, texts in sentences(locale).items():
        for text in texts:
            plain = re.sub(r"\[([^]]*)\](\([^)]*\)|\{[^}]*\})", r"\1", text).casefold()
            owners.setdefault(" ".join(plain.split()), set()).add(intent)
    assert {text: names for text, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_is_of_an_unknown_intent(locale: str) -> None:
    assert set(sentences(locale)) <= set(INTENTS)


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_learns_from_the_sentences_that_were_kept_apart(locale: str) -> None:
    apart = read(ROOT / "data" / "evaluation" / f"{locale}.yml")["sentences"]
    assert {block["intent"] for block in apart} == set(INTENTS)
    learned = {
        (intent, text.casefold()) for intent in INTENTS for text in sentences(locale)[intent]
    }
    for block in apart:
        for line in block["examples"].splitlines():
            text = line.removeprefix("- ")
            # What everybody says in these words ("hola") may stand in both.
            if len(text.split()) > 3:
                assert (block["intent"], text.casefold()) not in learned


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_is_written_by_several_authors(intent: str) -> None:
    for locale in LOCALES:
        authors = {
            block["metadata"]["author"] for block in blocks(locale) if block["intent"] == intent
        }
        assert len(authors) >= 4, f"{intent} in {locale}: {sorted(authors)}"


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_has_a_rule(intent: str) -> None:
    assert intent in ruled(), f"no rule in data/rules begins with {intent}"


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_has_a_script(intent: str) -> None:
    if intent in WITHOUT_SCRIPT:
        pytest.skip("what it says depends on what is open")
    wanted = f"utter_{intent}_open" if intent in SITUATIONS else f"utter_{intent}"
    assert wanted in scripts(), f"{wanted} is missing in responses/en"


@pytest.mark.parametrize("intent", (*SITUATIONS, *QUESTIONS, *FEELINGS))
def test_what_can_be_offered_has_a_label(intent: str) -> None:
    assert f"utter_choice_{intent}" in scripts()


def test_a_script_that_the_code_names_must_exist() -> None:
    """`handrail check` holds scripts to responses/lint.yml; that list must know the code's."""
    files = [path for folder in ("actions", "bot") for path in (ROOT / folder).rglob("*.py")]
    named = {
        script
        for path in files
        for script in re.findall(r'"(utter_[a-z_]*[a-z])"', path.read_text("utf-8"))
    }
    assert len(named) > 20
    assert named <= set(read(ROOT / "responses" / "lint.yml")["required_scripts"])


def test_a_script_that_the_policy_names_exists() -> None:
    text = (ROOT / "data" / "dialogue.yml").read_text("utf-8")
    named = set(re.findall(r"\butter_[a-z_]*[a-z]\b", text))
    assert len(named) > 30
    assert named <= scripts()


def name_of(field: str) -> str:
    """The variable of a setting."""
    return f"HANDRAIL_{field.upper()}"


def test_every_setting_is_explained_and_nothing_else() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `(HANDRAIL_[A-Z_]+)` \|[^|]+\| ([^|]+) \|$", text, re.MULTILINE)
    assert [name for name, _ in rows] == [
        f"HANDRAIL_{name.upper()}" for name in Settings.model_fields
    ]
    assert all(len(purpose) > 20 for _, purpose in rows)


def test_the_example_of_the_environment_names_known_settings() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    names = set(re.findall(r"HANDRAIL_[A-Z_]+", text))
    assert names <= {name_of(field) for field in Settings.model_fields}


def test_every_line_of_the_lock_has_a_hash_and_none_a_host() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    joined = re.sub(r"\\\n", " ", text)
    lines = [line.strip() for line in joined.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    from_folder = [line for line in wanted if line.startswith("./")]
    # What an override keeps out everywhere has no file and so no hash.
    from_elsewhere = [
        line for line in wanted if not line.startswith("./") and "platform == 'never'" not in line
    ]
    assert {line.split()[0] for line in from_folder} <= {"./vendor/tensorflow"}
    assert len(from_elsewhere) > 50
    assert not [line for line in from_elsewhere if "==" not in line or "--hash=sha256:" not in line]
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)


@cache
def committed() -> tuple[Path, ...]:
    """Files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in committed():
        try:
            found.append((path.relative_to(ROOT), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


# With a class of one letter in each, so that this file does not name them itself.
ELSEWHERE = re.compile(
    r"files\.python[h]osted\.org|(?<![\w.])pyp[i]\.(org|python)|registry\.npm[j]s\.org"
    r"|/wor[k]/(main|shared|\.library)|/roo[t]/\.|/tmp/wor[k]"
)


def test_no_file_names_a_package_host_or_a_path_of_one_machine() -> None:
    named = {
        f"{path}:{text[: match.start()].count(chr(10)) + 1}": match[0]
        for path, text in texts()
        for match in ELSEWHERE.finditer(text)
    }
    assert named == {}


def test_no_secret_and_no_database_is_committed() -> None:
    forbidden = {".env", ".db", ".sqlite", ".key", ".pem", ".release", ".gz"}
    assert not [path for path in committed() if path.suffix in forbidden or path.name == ".env"]


def test_every_folder_of_the_code_is_described() -> None:
    described = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "README.md", ROOT / "docs" / "architecture.md")
        if path.exists()
    )
    folders = [path.parent.name for path in sorted((ROOT / "bot").glob("*/__init__.py"))]
    assert len(folders) >= 7
    missing = [name for name in folders if f"bot/{name}" not in described]
    assert not missing, "say in README.md or docs/architecture.md what lives there"


def modules() -> list[Path]:
    return [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.stat().st_size and not path.read_text("utf-8").startswith(('"""', "'''"))
    ]
    assert not silent


def test_handrail_check_finds_no_problem() -> None:
    from bot.operations.checking import check_project

    problems = check_project(ROOT, Settings(_env_file=None).locales)
    assert not problems, "\n".join(str(problem) for problem in problems)


def test_the_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed here")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_environment_is_small_enough_to_download_at_home() -> None:
    """Base and engine without the developers' tools; compiled copies are made on the machine."""
    environment = ROOT / ".venv"
    if not environment.exists():
        pytest.skip("there is no .venv here")
    project = tomllib_read(ROOT / "pyproject.toml")
    tools = {re.split(r"[<>= ;]", name)[0].lower() for name in project["dependency-groups"]["dev"]}
    total = sum(
        size_of(distribution)
        for distribution in metadata.distributions(path=[str(site_packages(environment))])
        if distribution.metadata["Name"].lower() not in tools | {"handrail"}
    )
    assert total < 900e6, f"{total / 1e6:.0f} MB; `du -sm .venv/lib/*/*/* | sort -n` shows what"


def site_packages(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))


def size_of(distribution: metadata.Distribution) -> int:
    paths = (Path(str(file.locate())) for file in distribution.files or ())
    return sum(path.stat().st_size for path in paths if path.suffix != ".pyc" and path.is_file())


def tomllib_read(path: Path) -> dict[str, Any]:
    import tomli

    return tomli.loads(path.read_text("utf-8"))


NOT_OF_THE_EDGE = ("rasa", "rasa_sdk", "tensorflow", "spacy", "bot.dialogue", "actions")


def test_the_edge_imports_no_rasa() -> None:
    code = "import sys, bot.edge, bot.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & set(NOT_OF_THE_EDGE)
