"""The JSON Schema of policies, held by another validator to the presets and the template."""

import datetime
import json
from pathlib import Path

import jsonschema
import pytest

# In the standard library since Python 3.11.
tomllib = pytest.importorskip("tomllib")

ROOT = Path(__file__).parents[2]
PRESETS = sorted((ROOT / "crates/govern/src/policy/presets").glob("*.toml"))
TEMPLATE = ROOT / "crates/govern/tests/template.toml"


def plain(value: object) -> object:
    """Dates as editors hand them to a schema: as text."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / "docs/policy.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read(path: Path) -> dict[str, object]:
    policy = plain(tomllib.loads(path.read_text()))
    assert isinstance(policy, dict)
    return policy


@pytest.mark.parametrize("path", [*PRESETS, TEMPLATE], ids=lambda path: path.stem)
def test_policies_that_come_with_waage_fit(path: Path) -> None:
    validator().validate(read(path))


def test_there_are_presets() -> None:
    assert len(PRESETS) == 5


def tables(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The paths of all tables whose keys are fixed."""
    found: list[tuple[object, ...]] = []
    if isinstance(value, dict):
        found.append(path)
        for key, inner in value.items():
            found += tables(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += tables(inner, (*path, index))
    return found


OPEN = ("gate", "family", "documents", "groups", "required_signatures", "shares")


def test_unknown_keys_fail_in_every_table() -> None:
    tried = 0
    for path in tables(read(TEMPLATE)):
        if path and path[-1] in OPEN:
            continue
        policy = read(TEMPLATE)
        table: object = policy
        for step in path:
            table = table[step]  # type: ignore[index]
        assert isinstance(table, dict)
        table["nonsense_key"] = 1
        assert not validator().is_valid(policy), path
        tried += 1
    assert tried >= 20


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("check", "margin", "5%"),
        ("check", "op", "=<"),
        ("check", "id", "fair-1"),
        ("check", "confidence", 95),
        ("attribute", "kind", "categorial"),
        ("attribute", "bins", []),
        ("waiver", "expires", "soon"),
    ],
)
def test_wrong_values_fail(section: str, key: str, value: object) -> None:
    policy = read(TEMPLATE)
    policy[section][0][key] = value  # type: ignore[index]
    assert not validator().is_valid(policy)


def test_what_is_missing_fails_only_where_nothing_is_inherited() -> None:
    policy: dict[str, object] = {
        "schema": "waage/policy/1",
        "check": [{"id": "FAIR-01", "margin": 0.9}],
    }
    assert not validator().is_valid(policy)
    policy["extends"] = "preset:credit"
    validator().validate(policy)
    policy["extends"] = 3
    assert not validator().is_valid(policy)
