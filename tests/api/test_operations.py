"""docs/operations.md says what the program does."""
import re

from support import engine
from support.program import output_of
from support.server import REPOSITORY

TEXT = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_metric_is_explained_and_every_explained_one_is_there(anyone):
    table = re.search(r"<!-- metrics -->\n(.*?)<!-- /metrics -->", TEXT, re.DOTALL)[1]
    rows = re.findall(r"^\| `(\w+)` \| (?:(PostgreSQL|Replicas|Redis) only)?", table, re.MULTILINE)
    explained = [name for name, _ in rows]
    assert len(explained) == len(set(explained))
    here = {"", "PostgreSQL"} if engine.is_postgres() else {""}
    told = re.findall(r"^# TYPE (\w+) ", anyone.get("/metrics").text, re.MULTILINE)
    assert {name for name, where in rows if where in here} == set(told)


def test_alarms_are_on_metrics_that_exist(anyone):
    told = set(re.findall(r"^# TYPE (\w+) ", anyone.get("/metrics").text, re.MULTILINE))
    elsewhere = set(re.findall(r"^\| `(\w+)` \| (?:PostgreSQL|Replicas|Redis) only", TEXT, re.MULTILINE))
    for name in re.findall(r"\b((?:haat|process)_\w+?)(?:_bucket)?[`{\[]", TEXT):
        assert name in told | elsewhere, name


def test_every_command_that_it_names_exists():
    commands = set(re.findall(r"^  (\w+)", output_of("--help").split("Subcommands:")[1], re.MULTILINE))
    named = set(re.findall(r"(?:&& |sudo |-u haat |`)haat ([a-z]+)", TEXT)) | set(
        re.findall(r"^    haat ([a-z]+)", TEXT, re.MULTILINE))
    assert named and named <= commands, named - commands


def test_files_that_it_links_to_are_there():
    for target in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (REPOSITORY / "docs" / target).exists(), target
