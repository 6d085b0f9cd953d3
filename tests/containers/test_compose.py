"""docker-compose.yml without Docker: validated by docker compose itself with all profiles, and linted."""

import re
import sys
from pathlib import Path

from agent.settings import IndexSettings, ServerSettings, Settings
from service.settings import ServiceSettings
from tests.containers.composed import BUILT_HERE, config, rendered, services
from tests.processes import run

LINT = Path(sys.executable).with_name("compose-lint")


def test_nothing_is_linted_away(root: Path) -> None:
    options = ("--strict-config", "--fail-on", "low", "--no-merge-overrides", "--no-env", "--quiet")
    done = run([LINT, "check", *options, "--config", "containers/compose-lint.yml", "docker-compose.yml"], root)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_profiles_are_valid(root: Path) -> None:
    whole = rendered(root)
    profiles = {name: tuple(one.get("profiles", ())) for name, one in whole["services"].items()}
    assert {name for name, of in profiles.items() if not of} == {"postgres", "migrate", "triage"}
    assert {profile for of in profiles.values() for profile in of} == {"batch", "model", "monitoring"}


def test_there_is_no_default_password(root: Path) -> None:
    refused = config(root, "--quiet")
    assert refused.returncode != 0
    assert "POSTGRES_PASSWORD" in refused.stderr


def test_only_this_machine_reaches_a_port(root: Path) -> None:
    ports = [port for one in rendered(root)["services"].values() for port in one.get("ports", ())]
    assert {port["published"] for port in ports} == {"8000", "3000"}
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_images_are_of_exact_versions(root: Path) -> None:
    for name, one in services(root).items():
        assert one.image == BUILT_HERE or re.search(r":[a-z-]*\d+(\.\d+)*(-\w+)?$", one.image), name


def test_root_file_systems_are_read_only_and_nobody_gains_rights(root: Path) -> None:
    for name, one in rendered(root)["services"].items():
        assert one["read_only"], name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
    for one in rendered(root)["services"].values():
        if one["image"] == BUILT_HERE:
            assert [place.partition(":")[0] for place in one["tmpfs"]] == ["/run/triage", "/tmp"]  # noqa: S108


def test_files_that_are_mounted_are_there(root: Path) -> None:
    mounts = [mount for one in rendered(root)["services"].values() for mount in one.get("volumes", ())]
    files = [Path(mount["source"]) for mount in mounts if "containers" in Path(mount["source"]).parts]
    assert len(files) == 4
    assert all(file.exists() for file in files)
    assert all(mount["read_only"] for mount in mounts if Path(mount["source"]) in files)


def test_who_is_waited_for_can_be(root: Path) -> None:
    known = services(root)
    for one in known.values():
        for needed, condition in one.needs.items():
            assert condition in {"service_healthy", "service_completed_successfully"}
            assert condition != "service_healthy" or known[needed].check is not None
    assert known["triage"].needs == {"postgres": "service_healthy", "migrate": "service_completed_successfully"}
    assert known["migrate"].needs == {"postgres": "service_healthy"}


def test_variables_are_those_that_the_settings_read(root: Path) -> None:
    stated = rendered(root)["services"]
    passed_on = set(stated["triage"]["environment"]) | set(stated["batch"]["environment"])
    known = {str(field.validation_alias) for field in ServerSettings.model_fields.values()}
    for settings, prefix in ((Settings, "TRIAGE_"), (ServiceSettings, "TRIAGE_"), (IndexSettings, "CHROMA_")):
        known |= {prefix + name.upper() for name in settings.model_fields}
    assert passed_on - known == {"PGPASSWORD"}  # which libpq reads


def test_a_variable_of_the_shell_is_passed_on_and_none_is_made_up(root: Path) -> None:
    plain = rendered(root)["services"]["triage"]["environment"]
    named = rendered(root, TRIAGE_RELEASE="cascade")["services"]["triage"]["environment"]
    assert (plain["TRIAGE_RELEASE"], named["TRIAGE_RELEASE"]) == (None, "cascade")
