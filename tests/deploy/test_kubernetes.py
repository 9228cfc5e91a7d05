"""The manifests of deploy/kubernetes: they match the schemas, name settings of the line, and ask for no more rights."""

import copy
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from ivr import __version__
from ivr.server.master import GRACEFUL_TIMEOUT
from ivr.setting_rules import line_url
from ivr.settings import CHECKOUT, Settings

KUBERNETES = CHECKOUT / "deploy" / "kubernetes"
BASE = KUBERNETES / "base"
COMPONENTS = sorted((KUBERNETES / "components").iterdir())
OVERLAYS = sorted(path for path in (KUBERNETES / "overlays").iterdir() if path.is_dir())
VERSIONS = ("1.34.0", kubernetes_validate.latest_version())
SETTINGS = {name.upper() for name in Settings.model_fields}
NOT_RESOURCES = {"kustomization.yaml"}
Manifest = dict[str, Any]


def load(path: Path) -> list[Any]:
    return list(YAML(typ="safe").load_all(path))


def kustomization(folder: Path) -> Manifest:
    (one,) = load(folder / "kustomization.yaml")
    assert isinstance(one, dict)
    return one


def resources(folder: Path, way_in: str) -> Iterator[tuple[str, Manifest]]:
    """Every manifest of the kustomization in `folder`, with its file ("base/service.yaml"), patches applied.

    `way_in` is the component that is used: "gateway" or "ingress".
    """
    given = kustomization(folder)
    patches = [(one["target"], load(folder / one["path"])[0]) for one in given.get("patches", [])]
    ways = [str(Path(name).parent / way_in) for name in given.get("components", [])]
    for name in (*given["resources"], *ways):
        path = (folder / name).resolve()
        found = resources(path, way_in) if path.is_dir() else ((f"{folder.name}/{name}", one) for one in load(path))
        for file, manifest in found:
            for target, operations in patches:
                if (target["kind"], target["name"]) == (manifest["kind"], manifest["metadata"]["name"]):
                    for operation in operations:
                        patch(manifest, operation)
            yield file, manifest


def patch(manifest: Any, operation: Manifest) -> None:
    """Apply one operation of RFC 6902 as kustomize does. Raises KeyError where the replaced value is missing."""
    *way, last = operation["path"].split("/")[1:]
    for step in way:
        manifest = manifest[int(step) if isinstance(manifest, list) else step]
    key = int(last) if isinstance(manifest, list) else last
    assert operation["op"] in ("add", "replace")
    if operation["op"] == "replace":
        assert manifest[key] is not None
    manifest[key] = copy.deepcopy(operation["value"])


WAYS_IN = {"gateway": "HTTPRoute", "ingress": "Ingress"}
"""The components by which requests come in, and the resource of each."""
BY_GATEWAY, BY_INGRESS = ([one for overlay in OVERLAYS for one in resources(overlay, way)] for way in WAYS_IN)
ALL = [*BY_GATEWAY, *(one for one in BY_INGRESS if one[1]["kind"] == "Ingress")]
NAMED = [
    pytest.param(manifest, id=f"{file}: {manifest['kind']} {manifest['metadata']['name']}")
    for file, manifest in ALL
    if manifest["kind"] != "HTTPRoute"  # kubernetes-validate has no schemas of the Gateway API; a test below reads it
]


def resource(kind: str, name: str = "line") -> Manifest:
    (found,) = (manifest for _, manifest in ALL if (manifest["kind"], manifest["metadata"]["name"]) == (kind, name))
    return found


def pods() -> Iterator[Manifest]:
    yield resource("Deployment")["spec"]["template"]
    yield resource("CronJob", "line-probe")["spec"]["jobTemplate"]["spec"]["template"]


# -- schemas -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", NAMED)
def test_manifest_matches_the_schema(manifest: Manifest, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize(
    ("way", "wrong"),
    [
        ("spec/template/spec/containers/0/readinessProbe/httpGet", {"path": "/", "prot": 1}),
        ("spec/template/spec/terminationGracePeriodSeconds", "soon"),
        ("spec/replicaz", 3),
    ],
)
def test_schema_refuses_a_wrong_manifest(way: str, wrong: object) -> None:
    spoilt = copy.deepcopy(resource("Deployment"))
    patch(spoilt, {"op": "add", "path": f"/{way}", "value": wrong})
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(spoilt, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("folder", [BASE, *OVERLAYS, *COMPONENTS], ids=lambda path: path.name)
def test_kustomization_lists_exactly_the_files_of_its_folder(folder: Path) -> None:
    given = kustomization(folder)
    assert set(given) <= {
        "apiVersion", "kind", "namespace", "labels", "resources", "components", "images", "configMapGenerator",
        "patches",
    }  # fmt: skip
    kind = ("v1alpha1", "Component") if folder in COMPONENTS else ("v1beta1", "Kustomization")
    assert (given["apiVersion"], given["kind"]) == (f"kustomize.config.k8s.io/{kind[0]}", kind[1])
    listed = [*given["resources"], *(one["path"] for one in given.get("patches", []))]
    listed += [file for one in given.get("configMapGenerator", []) for file in one["envs"]]
    assert len(listed) == len(set(listed))
    assert {name for name in listed if (folder / name).is_file()} == {
        path.name for path in folder.iterdir() if path.name not in NOT_RESOURCES
    }
    assert all((folder / name).exists() for name in listed)


def test_base_has_each_kind_once() -> None:
    kinds = sorted(manifest["kind"] for _, manifest in resources(BASE, ""))
    assert kinds == [
        "CronJob", "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "NetworkPolicy", "PodDisruptionBudget",
        "Service",
    ]  # fmt: skip


def test_each_component_is_one_way_in() -> None:
    assert [path.name for path in COMPONENTS] == sorted(WAYS_IN)
    for way, found in (("gateway", BY_GATEWAY), ("ingress", BY_INGRESS)):
        assert [one["kind"] for _, one in found if one["kind"] in WAYS_IN.values()] == [WAYS_IN[way]]


def test_route_leads_every_path_of_the_host_to_the_line() -> None:
    route = resource("HTTPRoute")
    assert route["apiVersion"] == "gateway.networking.k8s.io/v1"
    (rule,) = route["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    (port,) = resource("Service")["spec"]["ports"]
    assert rule["backendRefs"] == [{"name": "line", "port": port["port"]}]
    assert route["spec"]["hostnames"] == [resource("Ingress")["spec"]["rules"][0]["host"]]
    (gateway,) = route["spec"]["parentRefs"]
    names = resource("NetworkPolicy")["spec"]["ingress"][0]["from"][0]["namespaceSelector"]["matchLabels"]
    assert names == {"kubernetes.io/metadata.name": gateway["namespace"]}, "its pods may reach the line"


@pytest.mark.parametrize("way", WAYS_IN)
def test_kustomize_builds_the_overlay_with_each_way_in(way: str, tmp_path: Path) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not on this machine")
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    path = tmp_path / "kubernetes" / "overlays" / "example" / "kustomization.yaml"
    path.write_text(path.read_text("utf-8").replace("components/gateway ", f"components/{way} "), "utf-8")
    done = subprocess.run(["kubectl", "kustomize", path.parent], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    built = list(YAML(typ="safe").load_all(done.stdout))
    kinds = [one["kind"] for one in built]
    assert [kind for kind in kinds if kind in WAYS_IN.values()] == [WAYS_IN[way]]
    assert "192.0.2.10/32" in done.stdout


# -- settings and references -------------------------------------------------------------------------------------------


def test_environment_names_are_settings_and_no_file_holds_a_secret() -> None:
    secrets = {"TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY", "IVR_USAGE_URL"}
    for pod in pods():
        for container in pod["spec"]["containers"]:
            for name in container["env"]:
                assert name["name"] in SETTINGS
                reference = name.get("valueFrom", {}).get("secretKeyRef")
                assert bool(reference) == (name["name"] in secrets), name
                assert not reference or (reference["name"], reference["key"]) == ("line-secrets", name["name"])


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_overlay_settings_are_accepted(overlay: Path) -> None:
    lines = (overlay / "settings.env").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) <= SETTINGS
    settings = Settings(_env_file=None, **{name.lower(): value for name, value in given.items()})
    (rule,) = resource("Ingress")["spec"]["rules"]
    assert settings.public_url == f"https://{rule['host']}"
    assert resource("Ingress")["spec"]["tls"][0]["hosts"] == [rule["host"]]
    assert line_url(settings.public_url) == settings.public_url


def test_metrics_are_scraped_at_the_port_that_serves_them() -> None:
    pod = resource("Deployment")["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    (address,) = (name["value"] for name in container["env"] if name["name"] == "IVR_METRICS_ADDRESS")
    assert Settings(_env_file=None, ivr_metrics_address=address).metrics == ("::", ports["metrics"])
    assert pod["metadata"]["annotations"]["prometheus.io/port"] == str(ports["metrics"])
    assert str(ports["http"]) == container["args"][container["args"].index("--port") + 1]
    assert all(port["targetPort"] != "metrics" for port in resource("Service")["spec"]["ports"])


def test_grace_period_covers_the_shutdown() -> None:
    pod = resource("Deployment")["spec"]["template"]["spec"]
    before = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] >= before + GRACEFUL_TIMEOUT + 5


def test_every_reference_exists() -> None:
    labels = {"app.kubernetes.io/name": "line"}
    assert resource("Deployment")["spec"]["selector"]["matchLabels"] == labels
    assert resource("Deployment")["spec"]["template"]["metadata"]["labels"] == labels
    assert resource("Service")["spec"]["selector"] == labels
    assert resource("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    target = resource("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", "line")
    assert "replicas" not in resource("Deployment")["spec"], "the autoscaler says how many"
    backend = resource("Ingress")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    (port,) = resource("Service")["spec"]["ports"]
    assert (backend["name"], backend["port"]["name"]) == ("line", port["name"])
    (probe,) = resource("CronJob", "line-probe")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert probe["args"] == ["ivr", "probe", f"http://{resource('Service')['metadata']['name']}:{port['port']}"]
    for probes in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = resource("Deployment")["spec"]["template"]["spec"]["containers"][0][probes]["httpGet"]
        assert asked["path"] == ("/health/ready" if probes == "readinessProbe" else "/health/live")


# -- rights ------------------------------------------------------------------------------------------------------------


def test_pods_run_unprivileged_and_read_only() -> None:
    image = (CHECKOUT / "Dockerfile").read_text("utf-8")
    for pod in pods():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert f"USER {spec['securityContext']['runAsUser']}:{spec['securityContext']['runAsGroup']}" in image
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert "volumes" not in spec
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
            }  # fmt: skip
            assert "memory" in container["resources"]["limits"]


def test_network_policy_allows_dns_and_the_database_only() -> None:
    policy = resource("NetworkPolicy")["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    ports = [port["port"] for rule in policy["egress"] for port in rule["ports"]]
    assert ports == [53, 53, 5432]
    assert all(rule["to"] for rule in policy["egress"])
    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in policy["egress"][0]["to"], "NodeLocal DNSCache"
    database = policy["egress"][1]["to"]
    assert all(re.fullmatch(r"[0-9.]+/32", to["ipBlock"]["cidr"]) for to in database)
    probe = resource("NetworkPolicy", "line-probe")["spec"]
    assert "ingress" not in probe
    assert [port["port"] for rule in probe["egress"] for port in rule["ports"]] == [53, 53, "http"]


def test_image_tag_is_the_release() -> None:
    for overlay in OVERLAYS:
        (image,) = kustomization(overlay)["images"]
        assert image["name"] == resource("Deployment")["spec"]["template"]["spec"]["containers"][0]["image"]
        assert image["newTag"] == __version__
    locked = (CHECKOUT / "requirements-postgres.txt").read_text("utf-8")
    assert re.search(r"^psycopg-binary==", locked, re.MULTILINE), "run `make lock`"
    assert "!requirements-postgres.txt" in (CHECKOUT / ".dockerignore").read_text("utf-8").split()
    assert "ARG REQUIREMENTS=requirements.txt" in (CHECKOUT / "Dockerfile").read_text("utf-8")
