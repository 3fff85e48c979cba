"""The rules for what Terraform makes, in every environment's plan."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from . import models
from .rules import Node, Rule, Rules, words
from .subjects import ACCOUNT, ENVIRONMENTS, LONGEST, Resources, change

pytestmark = pytest.mark.xdist_group("aws_rules")

PLANNED: Rules[Resources] = Rules()
"""Held by each environment's plan."""
APPLIED: Rules[Resources] = Rules()
"""Held by what is known after an apply only: ARNs, and what is made of them."""

# CloudWatch's list, PutRetentionPolicy.
RETENTION_DAYS = {
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
}  # fmt: skip
# Lambda, "Defined runtime environment variables".
RESERVED_VARIABLES = {
    "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    "_HANDLER", "_X_AMZN_TRACE_ID",
}  # fmt: skip
# API Gateway, "Variables for access logging", those of a REST API with API keys and a user pool.
LOG_VARIABLES = re.compile(
    r"apiId|stage|path|protocol|requestId|extendedRequestId|requestTime|requestTimeEpoch|httpMethod"
    r"|resourceId|resourcePath|status|responseLength|responseLatency|integrationLatency|xrayTraceId"
    r"|identity\.(sourceIp|userAgent|apiKeyId|caller|user)|authorizer\.claims\.\w+"
    r"|error\.(message|messageString|responseType|validationErrorString)"
    r"|integration\.(error|status|latency|requestId|integrationStatus)"
)
NAMES = {
    "aws_api_gateway_api_key": "name",
    "aws_api_gateway_usage_plan": "name",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_cloudwatch_query_definition": "name",
    "aws_cognito_user_pool": "name",
    "aws_dynamodb_table": "name",
    "aws_iam_role": "name",
    "aws_lambda_function": "function_name",
    "aws_lambda_layer_version": "layer_name",
    "aws_s3_bucket": "bucket",
}
WITHOUT_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
"""Actions that AWS lets be allowed on `*` only: why no other statement may name it."""
# A function cannot name the plans' ids: a plan needs the stage, and the stage the functions.
ANY_USAGE = "::/usageplans/*/usage"
# What a user pool's client may read and write without a schema, as far as it is used here.
STANDARD_ATTRIBUTES = {"email", "email_verified"}
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


def functions(resources: Resources) -> list[Node]:
    return resources.of("aws_lambda_function")


def alarms(resources: Resources) -> list[Node]:
    return resources.of("aws_cloudwatch_metric_alarm")


def statements(resources: Resources) -> Iterator[tuple[str, Node]]:
    for resource in resources:
        if resource.type == "aws_iam_role_policy":
            for statement in json.loads(resource.values["policy"])["Statement"]:
                yield resource.address, statement


def rewrite(kind: str, attribute: str, old: str, new: str) -> Callable[[Resources], None]:
    """A breach: other text in a JSON document."""

    def breach(resources: Resources) -> None:
        for values in resources.of(kind):
            values[attribute] = values[attribute].replace(old, new)

    return breach


@PLANNED.add("names are unique in their region", lambda plan: plan.extend(
    item for item in list(plan) if item.type == "aws_lambda_function"
))  # fmt: skip
def _unique(plan: Resources) -> Iterator[str]:
    for kind, attribute in NAMES.items():
        found = Counter(values[attribute] for values in plan.of(kind) if values.get(attribute))
        yield from (f"{kind} {name}" for name, count in found.items() if count > 1)


@PLANNED.add(
    "a function's time-out stays below the gateway's 29 s",
    change("aws_lambda_function", timeout=29),
)
def _timeout(plan: Resources) -> Iterator[str]:
    yield from (f["function_name"] for f in functions(plan) if not 1 <= f["timeout"] < 29)


@PLANNED.add("a function has 128 to 10,240 MB", change("aws_lambda_function", memory_size=64))
def _memory(plan: Resources) -> Iterator[str]:
    yield from (
        f["function_name"] for f in functions(plan) if not 128 <= f["memory_size"] <= 10_240
    )


@PLANNED.add(
    "a function's name has at most 64 characters",
    change("aws_lambda_function", function_name="f" * 65),
)
def _function_name(plan: Resources) -> Iterator[str]:
    # The model's 140 are for a whole ARN.
    yield from (f["function_name"] for f in functions(plan) if len(f["function_name"]) > 64)


@PLANNED.add(
    "the run-time is one that AWS still gives to new functions",
    change("aws_lambda_function", runtime="python3.9"),
)
def _runtime(plan: Resources) -> Iterator[str]:
    current = {"python3.11", "python3.12", "python3.13", "python3.14"}
    yield from (f["runtime"] for f in functions(plan) if f["runtime"] not in current)


@PLANNED.add(
    "a layer is for the functions' run-time and architecture",
    change(
        "aws_lambda_layer_version",
        compatible_architectures=["x86_64", "none"],
        compatible_runtimes=["python3.12"],
    ),
)
def _layers(plan: Resources) -> Iterator[str]:
    for layer in plan.of("aws_lambda_layer_version"):
        for function in functions(plan):
            if function["runtime"] not in layer["compatible_runtimes"]:
                yield layer["layer_name"]
            if not set(function["architectures"]) <= set(layer["compatible_architectures"]):
                yield layer["layer_name"]


@PLANNED.add(
    "no variable has a name that Lambda keeps for itself",
    change("aws_lambda_function", environment=[{"variables": {"AWS_REGION": "eu-west-1"}}]),
)
def _variables(plan: Resources) -> Iterator[str]:
    for function in functions(plan):
        for environment in function["environment"]:
            names = environment.get("variables", {}).keys()
            yield from names & RESERVED_VARIABLES
            yield from (name for name in names if name.startswith("AWS_LAMBDA_"))


@PLANNED.add(
    "SnapStart: Python 3.12 on, published, little storage, nothing provisioned",
    change("aws_lambda_function", snap_start=[{"apply_on": "PublishedVersions"}], publish=False),
)
def _snap_start(plan: Resources) -> Iterator[str]:
    provisioned = {c["function_name"] for c in plan.of("aws_lambda_provisioned_concurrency_config")}
    for function in functions(plan):
        if not function.get("snap_start"):
            continue
        storage = function.get("ephemeral_storage") or [{"size": 512}]
        if not function["publish"] or storage[0].get("size", 512) > 512:
            yield function["function_name"]
        if int(function["runtime"].removeprefix("python3.")) < 12:
            yield function["function_name"]
        if function["function_name"] in provisioned or function.get("file_system_config"):
            yield function["function_name"]


@PLANNED.add("provisioned concurrency is on the alias", lambda plan: plan.append(
    type(plan[0])("breach", "aws_lambda_provisioned_concurrency_config", {"qualifier": "$LATEST"})
))  # fmt: skip
def _provisioned(plan: Resources) -> Iterator[str]:
    for config in plan.of("aws_lambda_provisioned_concurrency_config"):
        if config["qualifier"] != "live":
            yield config["qualifier"]


@PLANNED.add(
    "a function's log group is declared, with its name",
    change("aws_lambda_function", logging_config=[{"log_group": "/aws/lambda/another"}]),
)
def _function_log_groups(plan: Resources) -> Iterator[str]:
    declared = {group.get("name") for group in plan.of("aws_cloudwatch_log_group")}
    for function in functions(plan):
        if {config["log_group"] for config in function["logging_config"]} - declared:
            yield function["function_name"]


@PLANNED.add(
    "levels of logging are set for JSON only",
    change(
        "aws_lambda_function",
        logging_config=[{"log_format": "Text", "log_group": "g", "system_log_level": "INFO"}],
    ),
)
def _log_format(plan: Resources) -> Iterator[str]:
    for function in functions(plan):
        yield from (str(c) for c in function["logging_config"] if c["log_format"] != "JSON")


@PLANNED.add(
    "logs are kept for one of CloudWatch's numbers of days",
    change("aws_cloudwatch_log_group", retention_in_days=10),
)
def _retention(plan: Resources) -> Iterator[str]:
    for group in plan.of("aws_cloudwatch_log_group"):
        if group["retention_in_days"] not in RETENTION_DAYS:
            yield f"{group.get('name')}: {group['retention_in_days']}"


@PLANNED.add(
    "API Gateway may invoke the alias of every function, and nothing else",
    change("aws_lambda_permission", qualifier=None),
)
def _permissions(plan: Resources) -> Iterator[str]:
    permissions = plan.of("aws_lambda_permission")
    aliases = {(alias["function_name"], alias["name"]) for alias in plan.of("aws_lambda_alias")}
    allowed = {(permission["function_name"], permission["qualifier"]) for permission in permissions}
    yield from (str(alias) for alias in aliases ^ allowed)
    yield from (p["principal"] for p in permissions if p["principal"] != "apigateway.amazonaws.com")


@PLANNED.add("no function has a URL of its own", lambda plan: plan.append(
    type(plan[0])("breach", "aws_lambda_function_url", {})
))  # fmt: skip
def _urls(plan: Resources) -> Iterator[str]:
    yield from ("a function URL" for _ in plan.of("aws_lambda_function_url"))


@PLANNED.add(
    "a usage plan's limits are within the account's, its quota an integer of 32 bits",
    change(
        "aws_api_gateway_usage_plan",
        throttle_settings=[{"rate_limit": 10_001, "burst_limit": 5000}],
    ),
)
def _usage_plans(plan: Resources) -> Iterator[str]:
    for usage_plan in plan.of("aws_api_gateway_usage_plan"):
        for throttle in usage_plan["throttle_settings"]:
            if not (0 < throttle["rate_limit"] <= 10_000 and 0 < throttle["burst_limit"] <= 5_000):
                yield usage_plan["name"]
        for quota in usage_plan["quota_settings"]:
            if not 0 < quota["limit"] < 2**31 or quota["period"] not in {"DAY", "WEEK", "MONTH"}:
                yield usage_plan["name"]


@PLANNED.add(
    "the stage's throttle is within the account's",
    change(
        "aws_api_gateway_method_settings",
        settings=[{"throttling_rate_limit": 20_000, "throttling_burst_limit": 1}],
    ),
)
def _stage_throttle(plan: Resources) -> Iterator[str]:
    for settings in plan.of("aws_api_gateway_method_settings"):
        for throttle in settings["settings"]:
            if (
                throttle["throttling_rate_limit"] > 10_000
                or throttle["throttling_burst_limit"] > 5_000
            ):
                yield settings["method_path"]


@PLANNED.add("at most 300 usage plans and 10,000 keys, each in one plan", lambda plan: plan.extend(
    [item for item in list(plan) if item.type == "aws_api_gateway_usage_plan_key"]
))  # fmt: skip
def _keys(plan: Resources) -> Iterator[str]:
    keys, members = plan.of("aws_api_gateway_api_key"), plan.of("aws_api_gateway_usage_plan_key")
    if len(keys) != len(members) or len(keys) > 10_000:
        yield f"{len(keys)} keys, {len(members)} of them in plans"
    if len(plan.of("aws_api_gateway_usage_plan")) > 300:
        yield "too many usage plans"


@PLANNED.add(
    "a key's value, where one is given, has 20 to 128 characters",
    change("aws_api_gateway_api_key", value="short"),
)
def _key_values(plan: Resources) -> Iterator[str]:
    for key in plan.of("aws_api_gateway_api_key"):
        if key.get("value") and not 20 <= len(key["value"]) <= 128:
            yield key["name"]


@PLANNED.add(
    "a stage's name is letters, digits, hyphens and underscores",
    change("aws_api_gateway_stage", stage_name="v1.0"),
)
def _stage_name(plan: Resources) -> Iterator[str]:
    for stage in plan.of("aws_api_gateway_stage"):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", stage["stage_name"]):
            yield stage["stage_name"]


@PLANNED.add(
    "an access log line names the request, in one line of JSON with every value quoted",
    change(
        "aws_api_gateway_stage", access_log_settings=[{"format": '{"status": $context.status}'}]
    ),
)
def _access_log(plan: Resources) -> Iterator[str]:
    for stage in plan.of("aws_api_gateway_stage"):
        (settings,) = stage["access_log_settings"]
        # The longest values there are: an IPv6 address, a path of the contract, a UUID.
        line = re.sub(r"\$context\.[A-Za-z.]+", "x" * 45, settings["format"])
        if "$context.requestId" not in settings["format"] or "\n" in line or len(line) > 1024:
            yield settings["format"]
        if not all(isinstance(value, str) for value in json_or_empty(settings["format"]).values()):
            yield "a value without quotes"
        if not json_or_empty(settings["format"]):
            yield "no JSON"


def json_or_empty(text: str) -> Node:
    try:
        document: Node = json.loads(text)
    except ValueError:
        return {}
    return document


@PLANNED.add(
    "an access log uses variables that there are",
    change(
        "aws_api_gateway_stage", access_log_settings=[{"format": '{"a": "$context.requestID"}'}]
    ),
)
def _log_variables(plan: Resources) -> Iterator[str]:
    for stage in plan.of("aws_api_gateway_stage"):
        for variable in re.findall(
            r"\$context\.([A-Za-z.]+)", stage["access_log_settings"][0]["format"]
        ):
            if not LOG_VARIABLES.fullmatch(variable):
                yield variable


@PLANNED.add("where logs are written, the account's role is made", lambda plan: plan.remove(
    next(item for item in plan if item.type == "aws_api_gateway_account")
))  # fmt: skip
def _account(plan: Resources) -> Iterator[str]:
    # Every environment here makes it; one that does not says so with manage_account_logging.
    if len(plan.of("aws_api_gateway_account")) != 1:
        yield "aws_api_gateway_account"


@PLANNED.add(
    "an alarm's period is 10, 20, 30 or a multiple of 60 seconds",
    change("aws_cloudwatch_metric_alarm", period=90),
)
def _periods(plan: Resources) -> Iterator[str]:
    for alarm in alarms(plan):
        for period in periods(alarm):
            if period not in {10, 20, 30} and period % 60:
                yield f"{alarm['alarm_name']}: {period}"


def periods(alarm: Node) -> list[int]:
    queried = [metric["period"] for query in alarm["metric_query"] for metric in query["metric"]]
    return queried or [alarm["period"]]


@PLANNED.add(
    "an alarm looks back at most a day, at as many data points as it evaluates",
    change("aws_cloudwatch_metric_alarm", evaluation_periods=2000),
)
def _evaluation(plan: Resources) -> Iterator[str]:
    for alarm in alarms(plan):
        if max(periods(alarm)) * alarm["evaluation_periods"] > 86_400:
            yield alarm["alarm_name"]
        if (alarm.get("datapoints_to_alarm") or 1) > alarm["evaluation_periods"]:
            yield alarm["alarm_name"]


@PLANNED.add(
    "an alarm has a statistic, a percentile or an expression, one of them",
    change("aws_cloudwatch_metric_alarm", statistic="Sum", extended_statistic="p99"),
)
def _statistics(plan: Resources) -> Iterator[str]:
    for alarm in alarms(plan):
        ways = [alarm.get("statistic"), alarm.get("extended_statistic"), alarm["metric_query"]]
        if sum(bool(way) for way in ways) != 1:
            yield alarm["alarm_name"]
        if not re.fullmatch(
            r"p(\d{1,2}(\.\d{1,10})?|100)", alarm.get("extended_statistic") or "p99"
        ):
            yield alarm["alarm_name"]


@PLANNED.add("an alarm on an expression has 10 metrics and one result at most", lambda plan: [
    query.update(return_data=True) for alarm in alarms(plan) for query in alarm["metric_query"]
])  # fmt: skip
def _metric_queries(plan: Resources) -> Iterator[str]:
    for alarm in alarms(plan):
        queries = alarm["metric_query"]
        if queries and sum(bool(query["return_data"]) for query in queries) != 1:
            yield alarm["alarm_name"]
        if len([query for query in queries if query["metric"]]) > 10:
            yield alarm["alarm_name"]
        identifiers = [query["id"] for query in queries]
        if len(set(identifiers)) != len(identifiers):
            yield alarm["alarm_name"]
        yield from (i for i in identifiers if not re.fullmatch("[a-z][A-Za-z0-9_]{0,254}", i))


@PLANNED.add(
    "a metric filter has a default only without dimensions",
    lambda plan: [
        transformation.update(dimensions={"client": "$.apiKeyId"})
        for metric_filter in plan.of("aws_cloudwatch_log_metric_filter")
        for transformation in metric_filter["metric_transformation"]
    ],
)
def _metric_filters(plan: Resources) -> Iterator[str]:
    for metric_filter in plan.of("aws_cloudwatch_log_metric_filter"):
        for transformation in metric_filter["metric_transformation"]:
            if transformation.get("default_value") and transformation.get("dimensions"):
                yield metric_filter["name"]


@PLANNED.add(
    "missing data are treated in one of four ways",
    change("aws_cloudwatch_metric_alarm", treat_missing_data="ok"),
)
def _missing_data(plan: Resources) -> Iterator[str]:
    known = {"breaching", "notBreaching", "ignore", "missing"}
    yield from (a["alarm_name"] for a in alarms(plan) if a["treat_missing_data"] not in known)


@PLANNED.add(
    "a topic's key is a customer's: CloudWatch may not use AWS's own",
    change("aws_sns_topic", kms_master_key_id="alias/aws/sns"),
)
def _topic_key(plan: Resources) -> Iterator[str]:
    for topic in plan.of("aws_sns_topic"):
        if "alias/aws/" in (topic.get("kms_master_key_id") or ""):
            yield topic["name"]


@PLANNED.add("a topic's name has allowed characters", change("aws_sns_topic", name="alarms.fifo"))
def _topic_name(plan: Resources) -> Iterator[str]:
    for topic in plan.of("aws_sns_topic"):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", topic["name"]):
            yield topic["name"]


@PLANNED.add(
    "a dashboard's name has allowed characters",
    change("aws_cloudwatch_dashboard", dashboard_name="catalog.prod"),
)
def _dashboard_name(plan: Resources) -> Iterator[str]:
    for dashboard in plan.of("aws_cloudwatch_dashboard"):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", dashboard["dashboard_name"]):
            yield dashboard["dashboard_name"]


@PLANNED.add(
    "a table's name has 3 to 255 allowed characters",
    change("aws_dynamodb_table", name="catalog/prod"),
)
def _table_name(plan: Resources) -> Iterator[str]:
    for table in plan.of("aws_dynamodb_table"):
        if not re.fullmatch(r"[A-Za-z0-9_.-]{3,255}", table["name"]):
            yield table["name"]


@PLANNED.add(
    "a bucket's name has 3 to 63 allowed characters, and is told from others' by the account",
    change("aws_s3_bucket", bucket="catalog-prod-code"),
)
def _bucket_name(plan: Resources) -> Iterator[str]:
    for bucket in plan.of("aws_s3_bucket"):
        name = bucket["bucket"]
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name) or ACCOUNT not in name:
            yield name


@PLANNED.add("a bucket is private, and refuses requests without TLS", lambda plan: plan.remove(
    next(item for item in plan if item.type == "aws_s3_bucket_policy")
))  # fmt: skip
def _private_buckets(plan: Resources) -> Iterator[str]:
    for kind in ("aws_s3_bucket_public_access_block", "aws_s3_bucket_policy"):
        if len(plan.of(kind)) != len(plan.of("aws_s3_bucket")):
            yield kind


@PLANNED.add("an object has at most 10 tags", lambda plan: plan.of("aws_s3_object")[0].update(
    tags_all={str(number): "" for number in range(11)}
))  # fmt: skip
def _object_tags(plan: Resources) -> Iterator[str]:
    for item in plan.of("aws_s3_object"):
        if len(item.get("tags_all") or {}) > 10:
            yield item["key"]


@PLANNED.add(
    "a table declares the attributes of its keys, and no others",
    change("aws_dynamodb_table", attribute=[{"name": "id"}, {"name": "status"}]),
)
def _attributes(plan: Resources) -> Iterator[str]:
    for table in plan.of("aws_dynamodb_table"):
        keys = {table["hash_key"], table.get("range_key")}
        for index in table["global_secondary_index"]:
            keys |= {index["hash_key"], index.get("range_key")}
        yield from {attribute["name"] for attribute in table["attribute"]} ^ (keys - {None})


@PLANNED.add("a table has at most 20 indexes, and no capacity when paid by request", lambda plan: [
    index.update(read_capacity=5)
    for table in plan.of("aws_dynamodb_table")
    for index in table["global_secondary_index"]
])  # fmt: skip
def _indexes(plan: Resources) -> Iterator[str]:
    for table in plan.of("aws_dynamodb_table"):
        indexes = table["global_secondary_index"]
        if len(indexes) > 20:
            yield table["name"]
        if table["billing_mode"] == "PAY_PER_REQUEST":
            yield from (
                i["name"] for i in indexes if i.get("read_capacity") or i.get("write_capacity")
            )


@PLANNED.add("resources have at most 50 tags of allowed characters", lambda plan: next(
    item.values["tags_all"] for item in plan if item.values.get("tags_all")
).update({"aws:team": "a&b"}))  # fmt: skip
def _tags(plan: Resources) -> Iterator[str]:
    key, value = re.compile(r"(?!aws:)[\w .:/=+@-]{1,128}"), re.compile(r"[\w .:/=+@-]{0,256}")
    for resource in plan:
        tags = resource.values.get("tags_all") or {}
        if len(tags) > 50 or not all(
            key.fullmatch(k) and value.fullmatch(v) for k, v in tags.items()
        ):
            yield f"{resource.address}: {tags}"


@PLANNED.add(
    "what a user pool can never change is what it always was: users are known by their email",
    change("aws_cognito_user_pool", username_attributes=["email", "phone_number"]),
)
def _user_pool_identity(plan: Resources) -> Iterator[str]:
    for pool in plan.of("aws_cognito_user_pool"):
        if pool["username_attributes"] != ["email"] or pool["schema"]:
            yield pool["name"]
        yield from (f"{c}" for c in pool["username_configuration"] if c["case_sensitive"])


@PLANNED.add(
    "a user pool has users known by an attribute, or aliases, not both",
    change("aws_cognito_user_pool", alias_attributes=["email"]),
)
def _user_pool_aliases(plan: Resources) -> Iterator[str]:
    for pool in plan.of("aws_cognito_user_pool"):
        if pool["username_attributes"] and pool.get("alias_attributes"):
            yield pool["name"]


@PLANNED.add(
    "threat protection is part of the tier PLUS",
    change("aws_cognito_user_pool", user_pool_tier="ESSENTIALS"),
)
def _user_pool_tier(plan: Resources) -> Iterator[str]:
    for pool in plan.of("aws_cognito_user_pool"):
        modes = {add_on["advanced_security_mode"] for add_on in pool["user_pool_add_ons"]}
        if modes - {"OFF"} and pool["user_pool_tier"] != "PLUS":
            yield pool["name"]


@PLANNED.add(
    "a second factor is one that is turned on",
    change("aws_cognito_user_pool", software_token_mfa_configuration=[]),
)
def _user_pool_mfa(plan: Resources) -> Iterator[str]:
    for pool in plan.of("aws_cognito_user_pool"):
        tokens = [way["enabled"] for way in pool["software_token_mfa_configuration"]]
        if pool["mfa_configuration"] != "OFF" and not any(tokens):
            yield pool["name"]


@PLANNED.add(
    "an own sender of mails has an identity, Cognito's own has none",
    change(
        "aws_cognito_user_pool",
        email_configuration=[{"email_sending_account": "DEVELOPER", "source_arn": None}],
    ),
)
def _user_pool_sender(plan: Resources) -> Iterator[str]:
    for pool in plan.of("aws_cognito_user_pool"):
        for sender in pool["email_configuration"]:
            if (sender["email_sending_account"] == "DEVELOPER") != bool(sender["source_arn"]):
                yield pool["name"]


@PLANNED.add(
    "rotation of refresh tokens and ALLOW_REFRESH_TOKEN_AUTH exclude each other",
    change(
        "aws_cognito_user_pool_client",
        explicit_auth_flows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    ),
)
def _rotation(plan: Resources) -> Iterator[str]:
    for client in plan.of("aws_cognito_user_pool_client"):
        rotates = any(r["feature"] == "ENABLED" for r in client["refresh_token_rotation"])
        if rotates == ("ALLOW_REFRESH_TOKEN_AUTH" in client["explicit_auth_flows"]):
            yield client["name"]


@PLANNED.add(
    "rotation says its grace: Cognito makes 0 of nothing, and the provider takes that for a fault",
    change("aws_cognito_user_pool_client", refresh_token_rotation=[{"feature": "DISABLED"}]),
)
def _rotation_grace(plan: Resources) -> Iterator[str]:
    # hashicorp/terraform-provider-aws issues 45646 and 47196.
    for client in plan.of("aws_cognito_user_pool_client"):
        graces = [r.get("retry_grace_period_seconds") for r in client["refresh_token_rotation"]]
        if graces == [] or None in graces:
            yield client["name"]


@PLANNED.add(
    "tokens live from 5 minutes to a day, and their refresh token longer, at most 10 years",
    change("aws_cognito_user_pool_client", id_token_validity=4),
)
def _validity(plan: Resources) -> Iterator[str]:
    for client in plan.of("aws_cognito_user_pool_client"):
        (units,) = client["token_validity_units"]
        seconds = {kind: client[f"{kind}_validity"] * SECONDS[units[kind]] for kind in units}
        refresh = seconds.pop("refresh_token")
        if not all(300 <= each <= 86_400 and each < refresh for each in seconds.values()):
            yield f"{client['name']}: {seconds}"
        if not 3600 <= refresh <= 3650 * 86_400:
            yield f"{client['name']}: {refresh}"


@PLANNED.add(
    "the client has no secret: no call brings a SECRET_HASH",
    change("aws_cognito_user_pool_client", generate_secret=True),
)
def _client_secret(plan: Resources) -> Iterator[str]:
    for client in plan.of("aws_cognito_user_pool_client"):
        if client["generate_secret"] is not False:
            yield client["name"]


@PLANNED.add(
    "a client reads and writes attributes that there are, and nobody verifies himself",
    change("aws_cognito_user_pool_client", write_attributes=["email", "email_verified"]),
)
def _client_attributes(plan: Resources) -> Iterator[str]:
    for client in plan.of("aws_cognito_user_pool_client"):
        written = set(client["write_attributes"])
        yield from written - STANDARD_ATTRIBUTES | (written & {"email_verified"})
        yield from set(client["read_attributes"]) - STANDARD_ATTRIBUTES


@PLANNED.add(
    "a role is trusted to one service of AWS",
    change(
        "aws_iam_role",
        assume_role_policy='{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}}]}',
    ),
)
def _trust(plan: Resources) -> Iterator[str]:
    for role in plan.of("aws_iam_role"):
        for statement in json.loads(role["assume_role_policy"])["Statement"]:
            if not re.fullmatch(
                r"[a-z]+\.amazonaws\.com", str(statement["Principal"].get("Service"))
            ):
                yield role["name"]


@APPLIED.add(
    "a role's policies have at most 10,240 characters together",
    rewrite("aws_iam_role_policy", "policy", "logs:", "l" * 10_240),
)
def _policy_size(state: Resources) -> Iterator[str]:
    sizes: Counter[str] = Counter()
    for resource in state:
        if resource.type == "aws_iam_role_policy":
            module = resource.address.rpartition(".aws_iam_role_policy")[0]
            sizes[module] += len(re.sub(r"\s", "", resource.values["policy"]))
    yield from (f"{module}: {size}" for module, size in sizes.items() if size > 10_240)


@APPLIED.add(
    "actions are written out",
    rewrite("aws_iam_role_policy", "policy", "dynamodb:GetItem", "dynamodb:Get*"),
)
def _actions(state: Resources) -> Iterator[str]:
    for address, statement in statements(state):
        for action in statement["Action"]:
            if not re.fullmatch(r"[a-z-]+:[A-Z][A-Za-z]+", action):
                yield f"{address}: {action}"


@APPLIED.add(
    "actions exist",
    rewrite("aws_iam_role_policy", "policy", "dynamodb:GetItem", "dynamodb:ReadItem"),
)
def _actions_exist(state: Resources) -> Iterator[str]:
    for address, statement in statements(state):
        for action in statement["Action"]:
            service, _, name = action.partition(":")
            # API Gateway's actions are the methods of its own API.
            methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
            known = methods if service == "apigateway" else models.service(service).operation_names
            if name not in known:
                yield f"{address}: {action}"


@APPLIED.add(
    "`*` is allowed where AWS knows no resource, and nowhere else",
    rewrite("aws_iam_role_policy", "policy", "table/", "*"),
)
def _resources_spelled_out(state: Resources) -> Iterator[str]:
    for address, statement in statements(state):
        if set(statement["Action"]) <= WITHOUT_RESOURCE:
            continue
        for resource in statement["Resource"]:
            named = resource.removesuffix(":*").removesuffix(ANY_USAGE)
            if "*" in named or not resource.startswith("arn:aws:"):
                yield f"{address}: {resource}"


@APPLIED.add(
    "a function writes to its own log group",
    rewrite("aws_iam_role_policy", "policy", "-items:*", ":*"),
)
def _own_logs(state: Resources) -> Iterator[str]:
    for address, statement in statements(state):
        if any(action.startswith("logs:") for action in statement["Action"]):
            (short,) = re.findall(r'function\["(\w+)"\]', address)
            yield from (r for r in statement["Resource"] if not r.endswith(f"-{short}:*"))


@APPLIED.add(
    "a query names the index's ARN", rewrite("aws_iam_role_policy", "policy", "/index/", "/")
)
def _index_arns(state: Resources) -> Iterator[str]:
    indexes = {
        index["name"]
        for table in state.of("aws_dynamodb_table")
        for index in table["global_secondary_index"]
    }
    for address, statement in statements(state):
        if "dynamodb:Query" in statement["Action"]:
            named = {r.partition("/index/")[2] for r in statement["Resource"]}
            yield from (f"{address}: {index}" for index in named ^ indexes)


@APPLIED.add(
    "a permission is for this API and stage, any method, and below a path of the contract",
    rewrite("aws_lambda_permission", "source_arn", "/v1/", "/*/"),
)
def _source_arns(state: Resources) -> Iterator[str]:
    (api,) = state.of("aws_api_gateway_rest_api")
    expected = {
        f"{api['execution_arn']}/v1/*/{path.split('/')[1]}*"
        for path in json.loads(api["body"])["paths"]
    }
    yield from expected ^ {p["source_arn"] for p in state.of("aws_lambda_permission")}


@APPLIED.add(
    "a method's settings name a method of the API, with ~1 for each slash",
    lambda state: next(
        values
        for values in state.of("aws_api_gateway_method_settings")
        if values["method_path"] != "*/*"
    ).update(method_path="items/GET"),
)
def _method_paths(state: Resources) -> Iterator[str]:
    (api,) = state.of("aws_api_gateway_rest_api")
    methods = {
        f"{path.replace('/', '~1')}/{method.upper()}"
        for path, item in json.loads(api["body"])["paths"].items()
        for method in item
    }
    settings = {values["method_path"] for values in state.of("aws_api_gateway_method_settings")}
    yield from settings - methods - {"*/*"}


@APPLIED.add(
    "a function's variables are at most 4 KB together",
    change("aws_lambda_function", environment=[{"variables": {"A": "x" * 4096}}]),
)
def _environment_size(state: Resources) -> Iterator[str]:
    for function in functions(state):
        for environment in function["environment"]:
            variables = environment["variables"]
            assert variables, "unknown"
            if sum(len(name) + len(value) for name, value in variables.items()) > 4096:
                yield function["function_name"]


@APPLIED.add("a function has at most 5 layers", change("aws_lambda_function", layers=["arn"] * 6))
def _layer_count(state: Resources) -> Iterator[str]:
    yield from (f["function_name"] for f in functions(state) if len(f["layers"]) > 5)


@APPLIED.add(
    "an alarm has at most 5 actions of a kind, and tells when it is over",
    change("aws_cloudwatch_metric_alarm", ok_actions=[]),
)
def _alarm_actions(state: Resources) -> Iterator[str]:
    for alarm in alarms(state):
        for actions in (alarm["alarm_actions"], alarm["ok_actions"]):
            if not 1 <= len(actions) <= 5:
                yield alarm["alarm_name"]


@APPLIED.add(
    "a dashboard has at most 500 widgets, on 24 columns, with 500 metrics each",
    rewrite("aws_cloudwatch_dashboard", "dashboard_body", '"x":12', '"x":13'),
)
def _dashboard(state: Resources) -> Iterator[str]:
    for dashboard in state.of("aws_cloudwatch_dashboard"):
        widgets = json.loads(dashboard["dashboard_body"])["widgets"]
        if len(widgets) > 500:
            yield f"{len(widgets)} widgets"
        for widget in widgets:
            title = widget["properties"]["title"]
            if (
                widget["x"] + widget["width"] > 24
                or len(widget["properties"].get("metrics", [])) > 500
            ):
                yield title
            if widget["type"] == "metric" and "region" not in widget["properties"]:
                yield title
            if len(widget["properties"].get("alarms", [])) > 100:
                yield title


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, LONGEST])
@pytest.mark.parametrize("rule", PLANNED, ids=words)
def test_every_environment_obeys(
    rule: Rule[Resources], environment: str, environments: dict[str, Resources]
) -> None:
    rule.holds(environments[environment])


@pytest.mark.parametrize("rule", PLANNED, ids=words)
def test_a_breach_in_production_is_noticed(
    rule: Rule[Resources], environments: dict[str, Resources]
) -> None:
    rule.notices(environments["prod"])


@pytest.mark.parametrize("rule", APPLIED, ids=words)
def test_what_is_applied_obeys(rule: Rule[Resources], applied: Resources) -> None:
    rule.holds(applied)


@pytest.mark.parametrize("rule", APPLIED, ids=words)
def test_a_breach_in_what_is_applied_is_noticed(rule: Rule[Resources], applied: Resources) -> None:
    rule.notices(applied)


def test_everything_that_is_allowed_on_any_resource_is_listed_with_its_reason(
    applied: Resources,
) -> None:
    on_any = {
        action
        for _, statement in statements(applied)
        if "*" in statement["Resource"]
        for action in statement["Action"]
    }

    assert on_any == WITHOUT_RESOURCE


def test_production_keeps_its_users_and_looks_at_their_sign_ins(
    environments: dict[str, Resources],
) -> None:
    (pool,) = environments["prod"].of("aws_cognito_user_pool")

    assert pool["deletion_protection"] == "ACTIVE"
    assert pool["user_pool_add_ons"] == [
        {"advanced_security_mode": "AUDIT", "advanced_security_additional_flows": []}
    ]


def test_the_laptop_can_be_cleared(environments: dict[str, Resources]) -> None:
    (pool,) = environments["local"].of("aws_cognito_user_pool")

    assert pool["deletion_protection"] == "INACTIVE"
