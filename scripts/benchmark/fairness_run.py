"""Let a greedy and a modest client loose on the local stack."""

from __future__ import annotations

import random
import time
from typing import Any

import gevent
import httpx
from locust import FastHttpUser, task
from locust.env import Environment

from benchmark import fairness
from benchmark.fairness import GREEDY, MODEST, MODEST_RATE, Answer, Fairness

GREEDY_RATE = 150  # requests a second: three times its plan, seven times its user's limit
# A user of locust waits for its answer before it asks again. With this many, each of whom asks
# seldom, a client keeps its pace while answers take less than 40 ms (greedy) or 1 s (modest). More
# would only start more instances of the function here, which takes processors from both.
USERS = {GREEDY: 6, MODEST: 5}
RATES = {GREEDY: GREEDY_RATE, MODEST: MODEST_RATE}


class ListUser(FastHttpUser):
    """Asks for pages, and takes every answer as it comes."""

    abstract = True  # `Client` makes a class that knows the rest
    headers: dict[str, str]
    name: str
    pause: float
    """Seconds from one request of this user to its next."""
    started: float
    answers: list[Answer]

    def on_start(self) -> None:
        """Begin at any moment of the first pause: users who begin at once would stay in step."""
        delay = random.random() * self.pause  # noqa: S311
        self.due = time.monotonic() + delay
        gevent.sleep(delay)

    def wait_time(self) -> float:
        """Seconds until the next request is due. One that is overdue is not made up for."""
        now = time.monotonic()
        self.due = max(now, self.due + self.pause)
        return self.due - now

    @task
    def read_page(self) -> None:
        """Read the first page."""
        with self.client.get("/items", headers=self.headers, catch_response=True) as answer:
            problem = answer.json() if answer.status_code == 429 else {}
            outcome = fairness.outcome(answer.status_code, problem)
            answer.success()  # locust need not count it: we do
            ended = time.monotonic() - self.started
            milliseconds = answer.request_meta["response_time"]
            self.answers.append(Answer(self.name, ended, milliseconds, outcome))


def run(url: str, headers: dict[str, dict[str, str]], seconds: int) -> Fairness:
    """Measure the modest client for some seconds alone, and as long beside the greedy one.

    `headers` names for each client what it sends: its key and its user's token.
    """
    usage = httpx.get(f"{url}/usage", headers=headers[GREEDY], timeout=30).raise_for_status()
    answers: list[Answer] = []
    started = time.monotonic()
    known = {"started": started, "answers": answers}
    modest = start(url, known | {"name": MODEST, "headers": headers[MODEST]})
    gevent.sleep(seconds)
    joined = time.monotonic() - started
    greedy = start(url, known | {"name": GREEDY, "headers": headers[GREEDY]})
    gevent.sleep(seconds)
    ended = time.monotonic() - started
    for runner in (greedy, modest):
        runner.stop()
    return Fairness(answers, fairness.limits(usage.json()), joined, ended)


def start(url: str, known: dict[str, Any]) -> Any:
    """Let the users of a client loose, and return who stops them."""
    name = known["name"]
    knowing = {"abstract": False, "pause": USERS[name] / RATES[name], **known}
    environment = Environment(
        host=url, stop_timeout=30, user_classes=[type("User", (ListUser,), knowing)]
    )
    runner = environment.create_local_runner()
    runner.start(USERS[name], spawn_rate=USERS[name])
    return runner
