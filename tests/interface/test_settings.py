"""What a person is told about settings."""

import json
from pathlib import Path

import pytest

from interface.errors import WrongSetting
from interface.settings import listed, read_settings
from tests.interface.pretend import redress


def test_nothing_has_to_be_set() -> None:
    settings = read_settings({})
    assert settings.embedded
    assert settings.url == "http://127.0.0.1:8710"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read_settings({"REDRESS_HTTP_PORT": ""}).http_port == 8710


def test_the_home_does_not_move_with_the_working_directory() -> None:
    assert read_settings({"REDRESS_HOME": "here"}).home == Path("here").absolute()


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("REDRESS_HTTP_PORT", "65536", "a whole number from 1 to 65535"),
        ("REDRESS_HTTP_PORT", "eighty", "a whole number from 1 to 65535"),
        ("REDRESS_PARTITIONS", "4097", "a whole number from 1 to 4096"),
        ("REDRESS_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("REDRESS_TEST", "perhaps", "1 or 0"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    variable: str, value: str, allowed: str
) -> None:
    with pytest.raises(WrongSetting) as refusal:
        read_settings({variable: value})
    assert str(refusal.value) == f"{variable} is {value!r}; it must be {allowed}"


def test_nobody_crashes_a_process_that_is_not_a_test() -> None:
    with pytest.raises(WrongSetting, match="REDRESS_TEST=1"):
        read_settings({"REDRESS_CRASH_AT": "append.sending"})
    allowed = {"REDRESS_CRASH_AT": "append.sending", "REDRESS_TEST": "1"}
    assert read_settings(allowed).crash_at == "append.sending"


@pytest.mark.parametrize("on", ["y", "Yes", "true", "1", "on", "whatever"])
def test_nothing_starts_where_the_librarys_database_functions_are_on(on: str) -> None:
    with pytest.raises(WrongSetting, match="readers of an event log miss events"):
        read_settings({"POSTGRES_ENABLE_DB_FUNCTIONS": on})
    for off in ("", "n", "No", "false", "0"):
        assert read_settings({"POSTGRES_ENABLE_DB_FUNCTIONS": off}).partitions == 64


def test_a_point_that_nobody_comes_by_is_refused() -> None:
    with pytest.raises(WrongSetting, match=r"append\.sending, append\.answered"):
        read_settings({"REDRESS_CRASH_AT": "append.sendign", "REDRESS_TEST": "1"})


def test_secrets_are_never_shown() -> None:
    settings = read_settings({"DATABASE_URL": "postgresql://me:hunter2@db/redress"})
    shown = {each.variable: each for each in listed(settings)}
    assert shown["DATABASE_URL"].value == "***"
    assert "hunter2" not in repr(settings)


def test_the_list_says_where_each_value_came_from(tmp_path: Path) -> None:
    told = redress("settings", "--json", home=tmp_path, port=9000)
    rows = {row["variable"]: row for row in json.loads(told.stdout)}
    assert rows["REDRESS_HTTP_PORT"]["value"] == "9000"
    assert rows["REDRESS_HTTP_PORT"]["source"] == "environment"
    assert rows["REDRESS_PARTITIONS"]["source"] == "default"
    assert all(row["meaning"] and row["allowed"] for row in rows.values())


def test_a_wrong_value_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    told = redress("settings", home=tmp_path, REDRESS_PARTITIONS="many")
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr == (
        "redress: REDRESS_PARTITIONS is 'many'; "
        "it must be a whole number from 1 to 4096\n"
    )
