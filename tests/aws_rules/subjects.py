"""What the rules look at, as Terraform makes it: plans without AWS, and an apply with a mock."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import terraform_init

from .rules import Node

PROJECT = Path(__file__).resolve().parents[2]
TARGETS = ("local", "python3.13-arm64")
ENVIRONMENTS = ("local", "dev", "staging", "prod")
# Production with the longest names that modules/environment lets through, in the region with the
# longest name.
LONGEST = "longest-name-allowed"
REGION, ACCOUNT = "ap-southeast-1", "123456789012"


@dataclass
class Resource:
    """A resource and its attributes: in a plan only those that are known before the apply."""

    address: str
    type: str
    values: Node


class Resources(list[Resource]):
    """The managed resources of a plan or a state."""

    def of(self, kind: str) -> list[Node]:
        return [resource.values for resource in self if resource.type == kind]


def change(kind: str, **values: Any) -> Callable[[Resources], None]:
    """A breach: give the first resource of a type other values."""

    def breach(resources: Resources) -> None:
        resources.of(kind)[0].update(values)

    return breach


def copy_project(folder: Path) -> Path:
    """Lay out what Terraform reads, with the artifacts and with an environment of long names."""
    for target in TARGETS:
        command = [sys.executable, str(PROJECT / "scripts" / "build.py"), "--target", target]
        subprocess.run(command, check=True, capture_output=True)
    ignored = shutil.ignore_patterns(
        "__pycache__", "local_aws", ".cache", ".terraform", "*tfstate*", "tests"
    )
    for name in ("api", "build", "functions", "layer", "scripts", "terraform"):
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    terraform = folder / "terraform"
    (terraform / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    write_environments(terraform / "environments")
    installed = PROJECT / "terraform" / ".terraform" / "providers"
    mirror = [f"-plugin-dir={installed}"] if installed.exists() else []
    terraform_init.init(terraform, *mirror)
    return terraform


def write_environments(environments: Path) -> None:
    yaml = YAML()
    yaml.preserve_quotes = True  # Terraform reads a bare OFF as false
    for file in environments.glob("*.yaml"):
        settings = yaml.load(file)
        settings.pop("allowed_account_ids", None)  # the account here is nobody's
        yaml.dump(settings, file)
    settings = yaml.load(environments / "prod.yaml")
    settings["region"] = REGION
    settings["clients"] = {"c" * 40: {"plan": "partner", "generations": ["g" * 20]}}
    yaml.dump(settings, environments / f"{LONGEST}.yaml")


def all_of(terraform: Path) -> dict[str, Resources]:
    """The plan of every environment, from nothing, and the mocked apply."""
    with identity() as port, ThreadPoolExecutor(max_workers=3) as pool:
        mocked = pool.submit(applied, terraform)  # takes the longest
        planned = pool.map(lambda name: plan(terraform, name, port), ENVIRONMENTS)
        return dict(zip(ENVIRONMENTS, planned, strict=True)) | {LONGEST: mocked.result()}


def plan(terraform: Path, environment: str, port: int) -> Resources:
    file = terraform / f"{environment}.plan"
    settings = {"TF_WORKSPACE": environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    run(
        terraform, "plan", "-input=false", f"-var=local_aws_port={port}", f"-out={file}", **settings
    )
    document = json.loads(run(terraform, "show", "-json", str(file)))
    return read(document["planned_values"]["root_module"])


def applied(terraform: Path) -> Resources:
    """Production with the longest names, applied to a mock: nothing in it is unknown."""
    tests = terraform / "tests"
    tests.mkdir()
    (tests / "applied.tftest.hcl").write_text(mock())
    lines = run(terraform, "test", "-verbose", "-json", TF_WORKSPACE=LONGEST).splitlines()
    (state,) = [line for line in lines if line.endswith('"type":"test_state"}')]
    return read(json.loads(state)["test_state"]["root_module"])


def run(terraform: Path, *arguments: str, **settings: str) -> str:
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    # Collecting garbage takes a third of the time of runs as short as these.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_WORKSPACE"))}
    environment = inherited | credentials | {"GOGC": "400"} | settings
    done = subprocess.run(
        ["terraform", f"-chdir={terraform}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return done.stdout


def read(module: Node) -> Resources:
    return Resources(
        Resource(item["address"], item["type"], item.get("values", {}))
        for item in all_resources(module)
        if item["mode"] == "managed"
    )


def all_resources(module: Node) -> Iterator[Node]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from all_resources(child)


class Identity(BaseHTTPRequestHandler):
    """STS, as far as a plan from nothing needs it: whose account this is."""

    def do_POST(self) -> None:
        answer = (
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/test</Arn>"
            f"<UserId>test</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"
        ).encode()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def identity() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Identity) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def mock() -> str:
    """A mock of the provider whose ARNs look like AWS's own."""
    name = f"catalog-{LONGEST}"
    functions = sorted(path.parent.name for path in PROJECT.glob("functions/*/handler.py"))

    def arn(service: str, rest: str) -> str:
        account = "" if service == "iam" else REGION
        return f"arn:aws:{service}:{account}:{ACCOUNT}:{rest}"

    defaults = {
        "data aws_caller_identity": {"account_id": ACCOUNT},
        "data aws_region": {"name": REGION},
        "data aws_partition": {"partition": "aws"},
        "resource aws_api_gateway_api_key": {"value": "k" * 40},
        "resource aws_api_gateway_rest_api": {
            "id": "a1b2c3d4e5",
            "execution_arn": arn("execute-api", "a1b2c3d4e5"),
        },
        "resource aws_cloudwatch_log_group": {"arn": arn("logs", f"log-group:/aws/{name}")},
        "resource aws_cloudwatch_metric_alarm": {"arn": arn("cloudwatch", f"alarm:{name}")},
        "resource aws_cognito_user_pool": {
            "id": f"{REGION}_Ab1Cd2Ef3",
            "arn": arn("cognito-idp", f"userpool/{REGION}_Ab1Cd2Ef3"),
        },
        "resource aws_dynamodb_table": {"arn": arn("dynamodb", f"table/{name}")},
        "resource aws_iam_role": {"arn": arn("iam", f"role/{name}")},
        "resource aws_s3_bucket": {"arn": f"arn:aws:s3:::{name}-code-{ACCOUNT}-{REGION}"},
        "resource aws_lambda_layer_version": {"arn": arn("lambda", f"layer:{name}:1")},
        "resource aws_sns_topic": {"arn": arn("sns", f"{name}-alarms")},
    }
    blocks = []
    for kind, values in defaults.items():
        category, type_ = kind.split()
        blocks.append(f'mock_{category} "{type_}" {{\n  defaults = {json.dumps(values)}\n}}')
    for function in functions:
        module = f'module.region.module.function["{function}"]'
        group = arn("logs", f"log-group:/aws/lambda/{name}-{function}")
        invoke = (
            f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
            f"{arn('lambda', f'function:{name}-{function}:live')}/invocations"
        )
        for target, values in {
            "aws_cloudwatch_log_group.this": {"arn": group},
            "aws_lambda_alias.this[0]": {"invoke_arn": invoke},
        }.items():
            blocks.append(
                f"override_resource {{\n  target = {module}.{target}\n"
                f"  values = {json.dumps(values)}\n}}"
            )
    body = "\n".join(blocks)
    return f'mock_provider "aws" {{\n{body}\n}}\nrun "apply" {{}}\n'
