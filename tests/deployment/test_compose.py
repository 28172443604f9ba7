"""`docker compose up` on one host: every promise of the file that can be checked without a Docker daemon."""

import json
import re
import subprocess
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from tests.deployment.compose_file import ROOT, ComposeFile, compose_file, text, variables
from tools.settings import ModelEndpoint, Settings

_SECRET = re.compile(r"PASSWORD|PWD|MASTER_KEY")


@pytest.fixture(scope="module")
def compose() -> ComposeFile:
    return compose_file()


def _broken(raw: Any) -> list[str]:
    schema = json.loads((ROOT / "tests" / "specifications" / "compose_spec.json").read_text(encoding="utf-8"))
    found: list[str] = [error.json_path for error in Draft202012Validator(schema).iter_errors(raw)]  # pyright: ignore[reportUnknownMemberType]
    return found


def test_the_file_is_as_the_compose_specification_says() -> None:
    assert _broken(yaml.safe_load(text())) == []


@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        ("healthcheck:", "health_check:", "$.services.postgres"),
        ("condition: service_healthy", "condition: healthy", "$.services['temporal-schema'].depends_on"),
    ],
)
def test_a_misspelt_key_or_value_is_refused(right: str, wrong: str, where: str) -> None:
    raw = yaml.safe_load(text().replace(right, wrong, 1))
    assert where in _broken(raw)
    with pytest.raises(ValidationError, match=r"health"):
        ComposeFile.model_validate(raw)


def test_every_service_that_stays_says_whether_it_is_healthy(compose: ComposeFile) -> None:
    assert [name for name, service in compose.services.items() if service.healthcheck is None] == [
        "temporal-schema",
        "temporal-namespace",
    ]
    for name in ("temporal-schema", "temporal-namespace"):
        assert compose.services[name].runs_once


def test_who_waits_for_whom_exists_and_can_come_true(compose: ComposeFile) -> None:
    for service in compose.services.values():
        for name, dependency in service.depends_on.items():
            other = compose.services[name]
            assert dependency.condition != "service_healthy" or other.healthcheck is not None
            assert dependency.condition != "service_completed_successfully" or other.runs_once


def test_every_image_has_a_version_and_chroma_is_the_locked_one(compose: ComposeFile) -> None:
    tags = {name: service.image.rpartition(":")[2] for name, service in compose.services.items()}
    assert "latest" not in tags.values()
    assert all(any(letter.isdigit() for letter in tag) for tag in tags.values())
    assert (
        len({tag for name, tag in tags.items() if name in ("temporal", "temporal-schema", "temporal-namespace")}) == 1
    )
    requirements = (ROOT / "requirements" / "runtime.txt").read_text()
    locked = re.search(r"^chromadb==(\S+)", requirements, flags=re.MULTILINE)
    assert locked is not None
    assert tags["chroma"] == locked[1]


def test_no_secret_has_a_default(compose: ComposeFile) -> None:
    taken = variables(text())
    assert sorted(taken) == ["AMENDS_DB_PASSWORD", "AMENDS_MASTER_KEY", "POSTGRES_PASSWORD", "TEMPORAL_DB_PASSWORD"]
    for forms in taken.values():
        assert all(form.startswith(":?set it to") for form in forms)
    for service in compose.services.values():
        for name, value in service.environment.items():
            if _SECRET.search(name):
                assert value is not None
                assert value.startswith("${")


def test_each_setting_named_exists(compose: ComposeFile) -> None:
    named = [name for name in compose.services["worker"].environment if name.startswith("AMENDS_")]
    assert len(named) == 27
    for name in named:
        setting, _, part = name.removeprefix("AMENDS_").lower().partition("__")
        assert setting in Settings.model_fields
        assert not part or part in ModelEndpoint.model_fields


def test_an_optional_setting_is_absent_rather_than_empty(compose: ComposeFile) -> None:
    environment = compose.services["worker"].environment
    absent = [name for name, value in environment.items() if value is None]
    assert absent == [
        "AMENDS_STRIPE_KEY",
        "AMENDS_STRIPE_URL",
        "AMENDS_PAYPAL_CLIENT_ID",
        "AMENDS_PAYPAL_SECRET",
        "AMENDS_PAYPAL_URL",
        "AMENDS_ADYEN_KEY",
        "AMENDS_ADYEN_ACCOUNT",
        "AMENDS_ADYEN_LIVE_PREFIX",
        "AMENDS_ADYEN_URL",
        "AMENDS_WEBHOOKS",
        "AMENDS_SHOPS",
        "AMENDS_HELPDESKS",
        "AMENDS_CARRIERS_URL",
        "AMENDS_CARRIERS_KEY",
        "AMENDS_MODEL__URL",
        "AMENDS_MODEL__NAME",
        "AMENDS_MODEL__KEY",
        "AMENDS_METRICS_BY_MERCHANT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_RESOURCE_ATTRIBUTES",
    ]


def test_only_doors_are_published_to_this_host_alone_and_figures_to_nobody(compose: ComposeFile) -> None:
    published = {name: service.ports for name, service in compose.services.items() if service.ports}
    assert published == {
        "temporal-ui": ["127.0.0.1:8233:8233"],
        "console": ["127.0.0.1:8000:8000"],
        "webhooks": ["127.0.0.1:8100:8100"],
    }


def test_each_of_our_processes_is_asked_whether_it_is_ready_at_the_port_it_listens_on(compose: ComposeFile) -> None:
    for name, setting in (
        ("worker", "AMENDS_METRICS_PORT"),
        ("console", "AMENDS_CONSOLE_PORT"),
        ("webhooks", "AMENDS_WEBHOOK_PORT"),
    ):
        service = compose.services[name]
        assert service.healthcheck is not None
        assert f"http://127.0.0.1:{service.environment[setting]}/ready" in service.healthcheck.test[-1]


def test_what_must_survive_lies_on_named_volumes_where_the_images_keep_it(compose: ComposeFile) -> None:
    mounted = {name: service.volumes for name, service in compose.services.items() if service.volumes}
    assert mounted == {
        "postgres": ["postgres:/var/lib/postgresql"],
        "chroma": ["chroma:/data"],
        "worker": ["amends:/data"],
        "console": ["amends:/data"],
        "webhooks": ["amends:/data"],
        "sandbox": ["sandbox:/data"],
    }
    assert set(compose.volumes) == {name.partition(":")[0] for names in mounted.values() for name in names}


def test_every_mounted_config_exists_and_every_config_is_mounted(compose: ComposeFile) -> None:
    mounted = [config.source for service in compose.services.values() for config in service.configs]
    assert sorted(mounted) == sorted(compose.configs)


def test_the_inline_scripts_are_valid_shell(compose: ComposeFile) -> None:
    scripts = [compose.configs["create-databases"].content]
    scripts += [(compose.services[name].command or [""])[0] for name in ("temporal-schema", "temporal-namespace")]
    for script in scripts:
        checked = subprocess.run(["sh", "-n"], input=script.replace("$$", "$"), text=True, capture_output=True)
        assert checked.stderr == ""
