"""The files of deploy/ and what docs/operations.md says of them agree with the product: settings, commands, rights, limits."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from coachvault import postgres
from coachvault.doctor import databases
from tests.deploy.chart import Chart
from tests.house.tree import ROOT

pytestmark = pytest.mark.no_database
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = [unit for unit in UNITS if unit.stem != "coachvault-keyring-log"]
SETTING = re.compile(r"COACHVAULT_[A-Z_]+|PORT|(?:DATABASE|KEYRING|OWNER|KEYRING_OWNER)_URL")
NOT_SETTINGS = {"COACHVAULT_HOST", "COACHVAULT_NODES", "COACHVAULT_DATABASE"}  # of Caddy and of the servers' own scripts
READ_BY = [*(ROOT / "coachvault").glob("*.py"), *(ROOT / "coachvault" / "doctor").glob("*.py")]


def known() -> set[str]:
    """Every setting that the code reads by its name."""
    constants = (node for path in READ_BY for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str) and SETTING.fullmatch(node.value)}


def compose() -> dict[str, Any]:
    """compose.yaml, read by a YAML parser."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text())
    return read


def chart(**values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The chart's objects by kind and name."""
    return {(one["kind"], one["metadata"]["name"]): one for one in Chart(DEPLOY / "helm", **values).objects()}


def pods() -> dict[str, dict[str, Any]]:
    """The pods of the chart by what they run."""
    made = chart()
    names = {"web": ("Deployment", "here-web"), "worker": ("Deployment", "here-worker"), "upgrade": ("Job", "here-upgrade")}
    return {name: made[key]["spec"]["template"]["spec"] for name, key in names.items()}


def directives(unit: Path) -> list[tuple[str, str]]:
    """The lines of a unit."""
    lines = (line.strip() for line in unit.read_text().splitlines())
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines if line and line[0] not in "#["]


def test_operations_lists_every_setting_and_no_other() -> None:
    table = (ROOT / "docs" / "operations.md").read_text().partition("## Settings")[2].partition("\n## ")[0]

    listed = {name for line in table.splitlines() if line.startswith("| `") for name in SETTING.findall(line.split("|")[1])}

    assert listed == known()


def test_no_file_sets_what_is_not_a_setting() -> None:
    named = {
        name: path
        for path in DEPLOY.rglob("*")
        if path.is_file() and "trial" not in path.parts
        for name in SETTING.findall(path.read_text())
    }

    assert {name: str(path.relative_to(ROOT)) for name, path in named.items() if name not in known() | NOT_SETTINGS} == {}


def test_every_command_that_is_started_exists() -> None:
    texts = {path.name: path.read_text() for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc"}

    started = {name for text in texts.values() for name in re.findall(r'manage\.py[", ]+([a-z_]+)', text)}

    assert started >= {"web", "worker", "upgrade", "backup", "doctor", "verify"}
    assert started <= set(get_commands())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_gives_up_every_right(unit: Path) -> None:
    said = directives(unit)

    wanted = {
        "LimitCORE": "0",
        "MemorySwapMax": "0",
        "UMask": "0077",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "MemoryDenyWriteExecute": "yes",
        "RestrictNamespaces": "yes",
        "SystemCallArchitectures": "native",
    }
    assert {name: dict(said).get(name) for name in wanted} == wanted
    assert [value for name, value in said if name == "SystemCallFilter"] == ["@system-service", "~@privileged"]
    assert dict(said)["RestrictAddressFamilies"] in {"AF_UNIX AF_INET AF_INET6", "AF_UNIX"}


def test_what_runs_as_postgres_leaves_the_servers_their_shared_memory() -> None:
    said = dict(directives(DEPLOY / "systemd" / "coachvault-keyring-log.service"))

    assert (said["User"], "RemoveIPC" in said) == ("postgres", False)


def test_the_ledger_is_walked_whatever_the_doctor_says(tmp_path: Path) -> None:
    said = dict(directives(DEPLOY / "systemd" / "coachvault-check.service"))
    script = shlex.split(said["ExecStart"].replace("$$", "$"))
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho $2 >> asked\ntest "$2" != "$BAD"\n')
    python.chmod(0o755)

    ends = {bad: subprocess.run(script, cwd=tmp_path, env={"BAD": bad}, check=False).returncode for bad in ("doctor", "verify", "")}

    assert ends == {"doctor": 1, "verify": 1, "": 0}
    assert (tmp_path / "asked").read_text().split() == ["doctor", "verify"] * 3


@pytest.mark.parametrize("unit", OURS, ids=lambda unit: unit.stem)
def test_the_owners_passwords_reach_only_what_needs_them(unit: Path) -> None:
    needs = unit.stem in {"coachvault-upgrade", "coachvault-backup"}

    files = [value for name, value in directives(unit) if name == "EnvironmentFile"]

    assert ("/etc/coachvault/owner" in files) is needs


def test_systemd_takes_the_units_and_finds_little_exposed(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").glob("coachvault-*"):
        (tmp_path / unit.name).write_text(
            unit.read_text().replace("/opt/coachvault/.venv/bin/python", "/bin/true").replace("/usr/bin/psql", "/bin/true")
        )
    units = sorted(map(str, tmp_path.iterdir()))

    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    for unit in units:
        if unit.endswith(".service"):
            command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", unit]
            assert subprocess.run(command, capture_output=True, check=False).returncode == 0, unit

    assert [line for line in verified.stderr.splitlines() if "coachvault" in line] == []


def test_the_keyrings_server_keeps_nothing_old() -> None:
    said = dict(re.findall(r"^(\w+) = (\S+)", (DEPLOY / "postgres" / "keyring.conf").read_text(), re.MULTILINE))

    assert said == databases.WAL


def test_both_servers_log_no_values_and_have_room() -> None:
    said = dict(re.findall(r"^(\w+) = (\S+)", (DEPLOY / "postgres" / "both.conf").read_text(), re.MULTILINE))

    assert {name: said[name] for name in databases.LOG} == databases.LOG
    assert int(said["max_connections"]) >= databases.CONNECTIONS


def test_the_roles_are_those_of_the_private_server() -> None:
    script = (DEPLOY / "postgres" / "roles.sql").read_text()

    assert set(re.findall(r"create role (\w+)", script)) == {postgres.OWNER, postgres.APP}


PROXIES = {"nginx": DEPLOY / "nginx" / "coachvault.conf", "caddy": DEPLOY / "caddy" / "Caddyfile"}


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_takes_as_much_as_the_product_and_sets_what_it_is_trusted_for(name: str) -> None:
    said = re.sub(r"(?m)(^|\s)#.*$", "", PROXIES[name].read_text())

    limit = int(re.search(r"(?:client_max_body_size|max_size)\s+(\d+)m", said, re.IGNORECASE)[1]) << 20  # type: ignore[index]
    set_here = re.findall(r"(?:proxy_set_header|header_up)\s+(Host|X-Forwarded-For|X-Forwarded-Proto)\s+(\S+?);?\n", said)

    assert limit > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert {header for header, _ in set_here} == {"Host", "X-Forwarded-For", "X-Forwarded-Proto"}
    assert not [value for _, value in set_here if "http_" in value or "proxy_add" in value or value.startswith("$host")]
    assert "X-Forwarded-Host" in said


def test_nginx_writes_no_body_to_a_disk_and_no_address_to_a_log() -> None:
    said = re.sub(r"(?m)(^|\s)#.*$", "", PROXIES["nginx"].read_text())
    general, segments = said.partition("location ~")[::2]
    form = re.search(r"log_format coachvault '([^']+)'", said)[1]  # type: ignore[index]

    assert re.search(r"client_body_buffer_size +14m;", general)
    assert re.search(r"proxy_max_temp_file_size +0;", general)
    assert not {"$request", "$request_uri", "$uri", "$remote_addr", "$http_referer"} & set(form.split())
    assert set(re.findall(r"error_log +\S+ +(\w+);", said)) == {"crit"}
    assert "proxy_request_buffering off;" in segments
    assert "proxy_buffering off;" in segments


def test_compose_runs_two_nodes_a_worker_and_two_servers_and_nobody_has_rights() -> None:
    services = compose()["services"]

    assert {"web1", "web2", "worker", "database", "keyring", "proxy", "prepare", "backup", "keyring-log"} == set(services)
    for name in ("web1", "web2", "worker", "prepare", "backup", "keyring-log", "proxy"):
        assert services[name]["read_only"] is True, name
        assert services[name]["cap_drop"] == ["ALL"], name
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert [name for name, one in services.items() if "OWNER_URL" in one.get("environment", {})] == ["prepare", "backup"]
    assert [name for name, one in services.items() if "outside" in one["networks"]] == ["proxy", "worker"]
    assert services["worker"]["memswap_limit"] == services["worker"]["mem_limit"]


def test_each_server_of_compose_has_its_own_configuration() -> None:
    for name in ("database", "keyring"):
        service = compose()["services"][name]
        configuration = DEPLOY / "postgres" / service["command"][-1].rpartition("/")[2]

        included = re.findall(r"include '(\S+)'", configuration.read_text())

        assert included == ["both.conf", f"{name}.conf"]
        assert all((DEPLOY / "postgres" / one).exists() for one in included)


def test_the_image_runs_as_nobody_on_locked_packages_and_names_no_host() -> None:
    said = (DEPLOY / "docker" / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.lock" in said
    assert re.findall(r"^FROM (\S+)", said, re.MULTILINE) == ["python:3.11-slim-bookworm"] * 2
    assert re.findall(r"^USER (\S+)", said, re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in said
    assert "://" not in said


def test_the_image_holds_every_room_and_nothing_else() -> None:
    ignore = (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text().splitlines()

    let_in = {line[1:] for line in ignore if line.startswith("!")}

    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"coachvault", "pades"}
    assert ignore[1] == "*"
    assert let_in == rooms | {"manage.py", "requirements.lock", "templates", "locale", "deploy"}


def test_the_charts_nodes_are_two_and_its_worker_one() -> None:
    made = chart()

    assert made["Deployment", "here-web"]["spec"]["replicas"] == 2
    assert made["Deployment", "here-worker"]["spec"]["replicas"] == 1
    assert made["PodDisruptionBudget", "here-web"]["spec"]["maxUnavailable"] == 1
    assert ("Ingress", "here") in made
    assert ("Ingress", "here") not in chart(ingress={"enabled": False})


@pytest.mark.parametrize("name", ["web", "worker", "upgrade"])
def test_a_pod_of_the_chart_has_no_rights(name: str) -> None:
    pod = pods()[name]
    container = pod["containers"][0]

    assert pod["automountServiceAccountToken"] is False
    assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["args"][1] == "manage.py"
    assert next(mount for mount in container["volumeMounts"] if mount["name"] == "keys")["readOnly"] is True
    owner = [source["secretRef"]["name"] for source in container["envFrom"]]
    assert ("coachvault-owner" in owner) is (name == "upgrade")


def test_the_charts_probes_ask_as_the_ingress_would() -> None:
    container = pods()["web"]["containers"][0]

    asked = {name: container[name]["httpGet"] for name in ("readinessProbe", "livenessProbe")}

    assert {name: one["path"] for name, one in asked.items()} == {"readinessProbe": "/readyz?of=node", "livenessProbe": "/healthz"}
    for one in asked.values():
        assert {header["name"]: header["value"] for header in one["httpHeaders"]} == {"Host": "coach.example", "X-Forwarded-Proto": "https"}


def test_a_pod_is_told_the_address_and_the_settings_of_the_values() -> None:
    told = {one["name"]: one["value"] for one in pods()["web"]["containers"][0]["env"]}

    assert told["COACHVAULT_URL"] == "https://coach.example"
    assert told["COACHVAULT_PROXIES"] == "1"
    assert set(told) <= known()


def test_the_ingress_asks_for_the_one_host_whatever_annotations_it_has() -> None:
    for given in ({}, {"a": "b"}):
        ingress = chart(host="other.example", ingress={"enabled": True, "className": "nginx", "tlsSecret": "t", "annotations": given})

        made = ingress["Ingress", "here"]["metadata"]["annotations"]

        assert made == {"nginx.ingress.kubernetes.io/upstream-vhost": "other.example"} | given


def test_a_list_of_the_network_that_is_empty_opens_nothing() -> None:
    made = chart(network={"ingressFrom": [], "databases": [], "outside": []})

    assert "ingress" not in made["NetworkPolicy", "here-web"]["spec"]
    assert [len(rule["ports"]) for rule in made["NetworkPolicy", "here"]["spec"]["egress"]] == [2]
    assert made["NetworkPolicy", "here-worker"]["spec"]["egress"] == []


def test_only_the_worker_of_the_chart_reaches_the_outside() -> None:
    made = chart()

    everybody = made["NetworkPolicy", "here"]["spec"]
    assert everybody["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everybody
    assert "egress" not in made["NetworkPolicy", "here-web"]["spec"]
    assert made["NetworkPolicy", "here-worker"]["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "worker"
