"""An operator's life with a stack, in the order of the tests: they share one."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from tests.local_aws.stack import eventually
from tests.operations.conftest import PROJECT, Checkout, Finished, Json, Traffic, succeeded

pytestmark = pytest.mark.xdist_group("operations")

ITEM = {"name": "Walnut desk", "price": {"amount": "449.00", "currency": "EUR"}}
HANDLER = "functions/items/handler.py"


def test_make_up_ends_with_the_url_and_how_to_use_it(checkout: Checkout) -> None:
    said = succeeded(checkout.up)

    assert checkout.outputs()["api_url"] in said
    assert "make --silent key CLIENT=demo" in said
    assert said.count("curl -s") == 3
    assert re.search(r"Ready in \d+ s\.", said)
    assert not [key for key in all_keys(checkout) if key in said]


def all_keys(checkout: Checkout) -> list[str]:
    """The values of all API keys."""
    return [key for keys in checkout.outputs()["api_keys"].values() for key in keys.values()]


def test_a_second_plan_is_empty(checkout: Checkout) -> None:
    plan = checkout.terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")

    assert plan.returncode == 0, plan.stdout


def test_make_up_again_changes_nothing_and_is_quick(checkout: Checkout) -> None:
    before, item = server(checkout), create(checkout)

    said = succeeded(checkout.make("up"))

    assert server(checkout) == before
    assert is_there(checkout, item)
    # Half of that on an idle machine.
    assert int(re.findall(r"Ready in (\d+) s", said)[0]) <= 30


def server(checkout: Checkout) -> tuple[int, str]:
    """The process of the local AWS: its id and its start."""
    record = json.loads((checkout.root / ".local-aws" / "server.pid").read_text())
    return record["pid"], record["started"]


def create(checkout: Checkout) -> str:
    """Create an item, and return its id."""
    with checkout.api() as api:
        return str(api.post("/items", json=ITEM).json()["id"])


def is_there(checkout: Checkout, item: str) -> bool:
    """Whether an item can be read."""
    with checkout.api() as api:
        return api.get(f"/items/{item}").status_code == httpx.codes.OK


def test_status_says_where_the_api_is(checkout: Checkout) -> None:
    said = succeeded(checkout.make("status"))

    assert checkout.outputs()["api_url"] in said
    assert '"table":"ok"' in said


def test_data_survive_a_stop_and_a_kill(checkout: Checkout) -> None:
    item = create(checkout)

    succeeded(checkout.make("down"))
    stopped, left = checkout.make("status"), checkout.processes()
    succeeded(checkout.python("scripts/local_aws/process.py", "start"))
    after_a_stop = is_there(checkout, item)
    os.kill(server(checkout)[0], signal.SIGKILL)
    succeeded(checkout.make("up"))

    assert stopped.returncode != 0
    assert "`make up` starts it" in stopped.stderr
    assert left == []
    assert after_a_stop
    assert is_there(checkout, item)


# API keys


def test_make_key_prints_one_key_and_nothing_else(checkout: Checkout) -> None:
    keys = checkout.outputs()["api_keys"]

    assert succeeded(checkout.make("key", "CLIENT=demo")) == f"{keys['demo']['1']}\n"


def test_make_keys_prints_every_key(checkout: Checkout) -> None:
    said = succeeded(checkout.make("keys", "ENV=local"))

    assert [key for key in all_keys(checkout) if key not in said] == []


def test_a_rotation_under_traffic_fails_no_request(checkout: Checkout) -> None:
    outputs, headers = checkout.outputs(), checkout.headers()
    old = {**headers, "x-api-key": outputs["api_keys"]["demo"]["1"]}

    with Traffic(outputs["api_url"], old) as traffic:
        succeeded(rotate(checkout))
        overlap = checkout.outputs()["api_keys"]["demo"]
        traffic.wait_for_more()
        new = list(overlap.values())[-1]
        traffic.headers = {**headers, "x-api-key": new}
        traffic.wait_for_more()
        started_twice = rotate(checkout)
        succeeded(rotate(checkout, "FINISH=1"))
        traffic.wait_for_more()

    assert traffic.failures == []
    assert len(set(overlap.values())) == 2
    assert "A rotation of demo is under way" in started_twice.stderr
    assert list(checkout.outputs()["api_keys"]["demo"].values()) == [new]
    with checkout.api() as api:
        assert api.get("/items", headers=old).status_code == httpx.codes.FORBIDDEN


def rotate(checkout: Checkout, *arguments: str) -> Finished:
    """Do a step of the rotation of `demo`."""
    return checkout.make("rotate-keys", "ENV=local", "CLIENT=demo", *arguments)


def test_a_rotation_changes_one_line_of_the_environment_file(checkout: Checkout) -> None:
    path = "terraform/environments/local.yaml"

    before = (PROJECT / path).read_text().splitlines()
    after = (checkout.root / path).read_text().splitlines()

    changed = [old for old, new in zip(before, after, strict=True) if old != new]
    assert [line.strip().partition(":")[0] for line in changed] == ["demo"]


def test_the_last_key_of_a_client_stays(checkout: Checkout) -> None:
    keys = checkout.outputs()["api_keys"]

    answer = rotate(checkout, "FINISH=1")

    assert answer.returncode != 0
    assert "is the last key of demo and stays" in answer.stderr
    assert checkout.outputs()["api_keys"] == keys


# Deployment


def edit_handler(checkout: Checkout, old: str, new: str) -> None:
    """Replace a text in the handler of items."""
    handler = checkout.root / HANDLER
    text = handler.read_text()
    assert text.count(old) == 1
    handler.write_text(text.replace(old, new))


def test_terraform_refuses_artifacts_that_are_older_than_the_sources(checkout: Checkout) -> None:
    edit_handler(checkout, "Response(204)", 'Response(204, headers={"X-Deployed": "new"})')

    refused = checkout.terraform("plan", "-input=false", "-no-color")

    said = " ".join(refused.stderr.replace("│", " ").split())
    assert refused.returncode == 1
    assert "The artifacts are older than the sources: run `make build ENV=local`." in said
    assert said.count("Error:") == 1


def test_a_deployment_under_traffic_fails_no_request(checkout: Checkout) -> None:
    with Traffic(checkout.outputs()["api_url"], checkout.headers()) as traffic:
        succeeded(checkout.make("build", "ENV=local"))
        apply(checkout)
        traffic.wait_for_more()

    assert traffic.failures == []
    with checkout.api() as api:
        assert api.delete(f"/items/{create(checkout)}").headers["X-Deployed"] == "new"


def test_a_function_can_do_only_what_its_role_allows(checkout: Checkout) -> None:
    iam = checkout.aws("iam")
    function = checkout.aws("lambda").get_function_configuration(FunctionName="catalog-local-items")
    role = function["Role"].rpartition("/")[2]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    others = [s for s in policy["Statement"] if "dynamodb:" not in json.dumps(s["Action"])]
    assert len(others) < len(policy["Statement"])

    with checkout.api() as api:
        put_policy(checkout, role, name, policy | {"Statement": others})
        denied = eventually(lambda: server_error(api.get("/items")), seconds=5)
        put_policy(checkout, role, name, policy)
        eventually(lambda: api.get("/items").is_success, seconds=5)

    assert (denied["status"], denied["title"]) == (500, "Internal server error")
    assert not re.search("dynamodb|denied|arn:|iam|botocore", json.dumps(denied), re.IGNORECASE)


def put_policy(checkout: Checkout, role: str, name: str, document: Json) -> None:
    """Replace a role's inline policy."""
    text = json.dumps(document)
    checkout.aws("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)


def server_error(answer: httpx.Response) -> Json | None:
    """The problem that an answer is, if it is a server error."""
    return dict(answer.json()) if answer.is_server_error else None


# Users


def test_make_user_prints_a_token_and_nothing_else(checkout: Checkout) -> None:
    made = checkout.make("user", "EMAIL=you@example.com")

    headers = checkout.headers() | {"Authorization": f"Bearer {succeeded(made).strip()}"}
    assert me(checkout, headers)["email"] == "you@example.com"
    assert me(checkout, headers)["groups"] == []


def me(checkout: Checkout, headers: dict[str, str]) -> Json:
    """The user whose token is in the headers."""
    answer = httpx.get(f"{checkout.outputs()['api_url']}/auth/me", headers=headers, timeout=30)
    return dict(answer.raise_for_status().json())


def test_a_user_who_exists_is_only_changed_on_demand(checkout: Checkout) -> None:
    refused = checkout.make("user", "EMAIL=you@example.com", "ADMIN=1")
    made = checkout.make("user", "EMAIL=you@example.com", "ADMIN=1", "RESET=1")

    headers = checkout.headers() | {"Authorization": f"Bearer {succeeded(made).strip()}"}
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert "There is a user you@example.com already: RESET=1" in only_error(refused)
    assert me(checkout, headers)["groups"] == ["admin"]


# A stack without users


def test_where_a_key_is_enough_all_items_are_the_catalogues(checkout: Checkout) -> None:
    key = {"x-api-key": checkout.outputs()["api_keys"]["tests"]["1"]}
    with authorization(checkout, "api_key"):
        plan = checkout.terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
        with httpx.Client(base_url=checkout.outputs()["api_url"], headers=key) as api:
            created = api.post("/items", json=ITEM).json()
            read = api.get(f"/items/{created['id']}")
            paths = api.get("/openapi.json").json()["paths"]

    assert plan.returncode == 0, plan.stdout
    assert created["ownerId"] == "catalog"
    assert read.json() == created
    assert paths["/items"]["post"]["security"] == [{"ApiKey": []}]
    with checkout.api() as api:
        assert api.get(f"/items/{created['id']}").status_code == httpx.codes.NOT_FOUND
        assert api.get("/items", headers={"Authorization": ""}).status_code == 401


@contextmanager
def authorization(checkout: Checkout, mode: str) -> Iterator[None]:
    """Apply another authorization for a while."""
    path = checkout.root / "terraform/environments/local.yaml"
    before = path.read_text()
    path.write_text(before.replace("authorization: jwt_and_api_key", f"authorization: {mode}", 1))
    try:
        apply(checkout)
        yield
    finally:
        path.write_text(before)
        apply(checkout)


def apply(checkout: Checkout) -> None:
    """Apply what the checkout holds."""
    succeeded(checkout.terraform("apply", "-auto-approve", "-input=false"))


# What goes wrong is said in one sentence


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("keys ENV=production", 'There is no environment "production": use dev, local, prod'),
        (
            "key CLIENT=nobody",
            'There is no client "nobody": use demo, greedy, limited, modest, tests.',
        ),
        (
            "rotate-keys CLIENT=nobody",
            'There is no client "nobody": use demo, greedy, limited, modest, tests.',
        ),
        ("rotate-keys ENV=production CLIENT=demo", 'There is no environment "production": use'),
        ("build ENV=production", 'There is no environment "production": use'),
        ("init ENV=production", 'There is no environment "production": use'),
        ("init ENV=dev", "run `make bootstrap` once"),
        ("user", '"" is no e-mail address: say EMAIL=you@example.com.'),
        ("user EMAIL=you", '"you" is no e-mail address: say EMAIL=you@example.com.'),
        ("user ENV=production EMAIL=you@example.com", 'There is no environment "production": use'),
        ("up LOCAL_AWS_PORT=http", 'LOCAL_AWS_PORT is "http": use a port from 1024 to 65535.'),
        ("up LOCAL_AWS_PORT=80", 'LOCAL_AWS_PORT is "80": use a port from 1024 to 65535.'),
        (
            "logs NAME=nothing",
            "There is no log nothing: use api, auth, docs, health, items, usage.",
        ),
    ],
)
def test_a_wrong_argument_is_explained_in_one_line(
    checkout: Checkout, command: str, sentence: str
) -> None:
    answer = checkout.make(*command.split())

    assert answer.returncode != 0
    assert sentence in only_error(answer)


def only_error(answer: Finished) -> str:
    """The one line that a command said went wrong."""
    errors = [line for line in answer.stderr.splitlines() if not line.startswith("make")]
    assert len(errors) == 1, answer.stderr
    assert errors[0].startswith("error: ")
    return errors[0]


def test_a_taken_port_is_explained(checkout: Checkout) -> None:
    before = server(checkout)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = checkout.make("up", f"LOCAL_AWS_PORT={port}")

    assert answer.returncode != 0
    assert f"port {port} is taken" in answer.stderr
    assert f"LOCAL_AWS_PORT={port + 1} make up" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert server(checkout) == before


# The end


def test_destroy_leaves_nothing(checkout: Checkout) -> None:
    before = resources(checkout)

    succeeded(checkout.terraform("destroy", "-auto-approve", "-input=false"))

    assert [kind for kind, names in before.items() if not names] == []
    assert {kind: names for kind, names in resources(checkout).items() if names} == {}


def resources(checkout: Checkout) -> dict[str, list[str]]:
    """All that a stack is made of, by its kind."""
    listings = {
        "apis": ("apigateway", "get_rest_apis", "items", "name"),
        "keys": ("apigateway", "get_api_keys", "items", "name"),
        "usage plans": ("apigateway", "get_usage_plans", "items", "name"),
        "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
        "layers": ("lambda", "list_layers", "Layers", "LayerName"),
        "roles": ("iam", "list_roles", "Roles", "RoleName"),
        "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "queries": ("logs", "describe_query_definitions", "queryDefinitions", "name"),
        "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        "topics": ("sns", "list_topics", "Topics", "TopicArn"),
        "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    }
    found = {
        kind: [entry[name] for entry in getattr(checkout.aws(service), operation)()[member]]
        for kind, (service, operation, member, name) in listings.items()
    }
    pools = checkout.aws("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    tables = checkout.aws("dynamodb").list_tables()["TableNames"]
    return found | {"user pools": [pool["Name"] for pool in pools], "tables": tables}


def test_make_down_leaves_no_process(checkout: Checkout) -> None:
    assert checkout.processes() != []

    succeeded(checkout.make("down"))

    assert checkout.processes() == []
    assert checkout.make("status").returncode != 0
