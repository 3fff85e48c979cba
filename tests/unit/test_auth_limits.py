"""How often people may sign in, ask for codes and guess."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit import gateway
from tests.unit.cognito import PASSWORD, WRONG_PASSWORD, Pool
from tests.unit.dynamodb import LIMITS, before, fails
from tests.unit.gateway import Answer, Client, id_token

from catalog.dynamodb import Table

WALNUT, OAK = "canary.walnut@example.com", "canary.oak@example.com"
ATTACKER, OTHER = "198.51.100.7", "203.0.113.9"
Start = Callable[..., Client]


@pytest.fixture
def start(pool: Pool, table: Table) -> Start:
    """Start the function with limits of its own."""

    def start(**bursts: int) -> Client:
        sizes = {"auth": 1000, "username": 1000, "username_total": 1000} | bursts
        policies = {
            name: {"rate": 0.001, "burst": burst, "on_failure": "closed"}
            for name, burst in sizes.items()
        }
        return Client(gateway.load("auth", file=None, RATE_LIMITS=json.dumps(policies)))

    return start


def login(auth: Client, email: str = WALNUT, password: str = WRONG_PASSWORD, **more: Any) -> Answer:
    return auth("POST", "/auth/login", {"email": email, "password": password}, **more)


def refused_by(answer: Answer) -> list[str]:
    return list(answer.json["violated-policies"]) if answer.status == 429 else []


def test_guesses_at_one_address_are_few(start: Start, pool: Pool) -> None:
    auth = start(username=2)
    pool.add(WALNUT)

    *_, refused = [login(auth) for _ in range(3)]
    code = {"email": WALNUT.upper(), "code": "000000", "password": PASSWORD}

    assert refused_by(refused) == ["username"]
    assert refused_by(auth("POST", "/auth/confirm", code)) == ["username"]
    assert pool.calls == ["AdminInitiateAuth"] * 2
    assert login(auth, OAK).status == 401


def test_who_guesses_locks_nobody_else_out(start: Start, pool: Pool) -> None:
    auth = start(username=2, username_total=10)
    pool.add(WALNUT)

    guesses = [login(auth, source_ip=ATTACKER) for _ in range(50)]

    assert [refused_by(answer) for answer in guesses[2:]] == [["username"]] * 48
    assert login(auth, password=PASSWORD, source_ip=OTHER).status == 200


def test_guesses_from_many_networks_are_few_as_well(start: Start) -> None:
    auth = start(username=2, username_total=3)

    answers = [login(auth, source_ip=f"198.51.100.{host}") for host in range(5)]

    assert [refused_by(answer) for answer in answers] == [[], [], [], *[["username_total"]] * 2]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("test-invoke-source-ip", "test-invoke-source-ip", True),
    ],
)
def test_a_network_is_an_address_or_the_first_half_of_one(
    start: Start, first: str, second: str, same: bool
) -> None:
    auth = start(username=1)
    login(auth, source_ip=first)

    assert (login(auth, source_ip=second).status == 429) is same


def test_how_often_others_asked_about_an_address_is_not_told(start: Start) -> None:
    auth = start(auth=9, username=2)

    unasked, _, asked = login(auth, OAK), login(auth), login(auth)

    for answer in (unasked, asked):
        assert answer.headers["ratelimit-policy"] == '"auth";q=9;w=9000'
    assert unasked.headers["ratelimit"].startswith('"auth";r=8;')


def test_all_users_of_an_application_share_its_bucket(start: Start) -> None:
    auth = start(auth=2)

    assert [login(auth, f"canary.{n}@example.com").status for n in range(3)] == [401, 401, 429]


def test_a_user_s_account_costs_others_nothing(start: Start, pool: Pool) -> None:
    auth = start(auth=2)
    auth.claims = id_token(pool.add(WALNUT).id)

    mine = [auth("GET", "/auth/me").status for _ in range(3)]
    auth.claims = id_token(pool.add(OAK).id)

    assert mine == [200, 200, 429]
    assert auth("GET", "/auth/me").status == 200


def test_the_table_of_the_limits_names_no_user(start: Start) -> None:
    with before("UpdateItem", lambda **_: None, table=LIMITS) as writes:
        login(start())

    sent = str(writes.call_args_list)
    assert writes.call_count == 3
    assert "username_total#" in sent
    assert "walnut" not in sent.lower()


def test_without_the_table_nobody_guesses(start: Start, pool: Pool) -> None:
    auth = start()

    with before("UpdateItem", fails("InternalServerError", 500), table=LIMITS):
        assert login(auth).status == 503

    assert pool.calls == []
