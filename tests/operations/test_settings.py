"""A setting is read as people write it; a wrong one is named in one clear line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no .env of this machine lies."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("en", ("en",)),
        ("en,es", ("en", "es")),
        (" es , en,es ", ("es", "en")),
        ('["en", "es"]', ("en", "es")),
        ("", ("en", "es")),
    ],
)
def test_languages_may_be_a_list_in_either_form(
    monkeypatch: pytest.MonkeyPatch, given: str, read: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HANDRAIL_LOCALES", given)
    assert read_settings().locales == read


@pytest.mark.parametrize("given", ["info", "INFO", " Info "])
def test_a_log_level_may_be_written_in_any_case(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("HANDRAIL_LOG_LEVEL", given)
    assert read_settings().log_level == "INFO"


@pytest.mark.parametrize(
    ("given", "read"),
    [("2027-06-30", date(2027, 6, 30)), (" 2028-02-29 ", date(2028, 2, 29)), ("", None)],
)
def test_the_day_of_retirement_is_a_day_of_the_calendar(
    monkeypatch: pytest.MonkeyPatch, given: str, read: date | None
) -> None:
    monkeypatch.setenv("HANDRAIL_RETIREMENT_DATE", given)
    assert read_settings().retirement_date == read


@pytest.mark.parametrize(
    "given", ["sqlite:////tmp/x.db", "postgresql://u@h/x", "postgresql+psycopg2://u:p@h:5432/x"]
)
def test_the_databases_that_are_supported_are_accepted(given: str) -> None:
    config = Settings(_env_file=None, database_url=given, tracker_database_url=given)
    assert (config.database, config.tracker_database) == (given, given)


WRONG = {
    "LOCALES": ("[en", "en,", "english", '["en"', "7", "{}", "[]", "[1]"),
    "LOG_LEVEL": ("loud", "7"),
    "DATABASE_URL": (
        "garbage",
        "mysql://root:canary@host/name",
        "postgresql+nonsense://root:canary@host/name",
        "sqlite+aiosqlite:///canary.db",
        "postgresql://root:canary@host:port/name",
    ),
    "TRACKER_DATABASE_URL": ("garbage", "oracle://root:canary@host/name"),
    "SECRET_KEY": ("canary",),
    "DEFAULT_COUNTRY": ("usa",),
    "GATEWAY_PORT": ("eighty",),
    "RETIREMENT_DATE": (
        "soon",
        "2027-02-30",
        "30.06.2027",
        "20270630",
        "2027-06-30T00:00",
        "1814313600",
    ),
}


@pytest.mark.parametrize(
    ("name", "given"), [(name, given) for name, several in WRONG.items() for given in several]
)
def test_a_wrong_setting_ends_every_command_in_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str
) -> None:
    monkeypatch.setenv(f"HANDRAIL_{name}", given)
    result = CliRunner().invoke(app, ["purge"])
    assert result.exit_code == 2
    (line,) = result.output.strip().splitlines()
    assert line.startswith(f"HANDRAIL_{name}: ")
    assert line.endswith("(see docs/settings.md)")
    assert "canary" not in line


def test_a_file_of_settings_that_is_no_text_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_bytes(b"HANDRAIL_LOCALES=\xff\xfe")
    with pytest.raises(SystemExit):
        read_settings()
    assert ".env: not UTF-8" in capsys.readouterr().err
