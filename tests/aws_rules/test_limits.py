"""Names and values against the limits in AWS's own models, the longest allowed names included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from . import models
from .subjects import Resources

pytestmark = pytest.mark.xdist_group("aws_rules")


class Limit(NamedTuple):
    """Where a value stands in Terraform, and what parameter it becomes."""

    kind: str
    attribute: str
    """A path: `*` is every element, `@` every key."""
    service: str
    operation: str
    parameter: str


LIMITS = [
    Limit("aws_cloudwatch_log_group", "name", "logs", "CreateLogGroup", "logGroupName"),
    Limit(
        "aws_cloudwatch_metric_alarm",
        "alarm_description",
        "cloudwatch",
        "PutMetricAlarm",
        "AlarmDescription",
    ),
    Limit("aws_cloudwatch_metric_alarm", "alarm_name", "cloudwatch", "PutMetricAlarm", "AlarmName"),
    Limit(
        "aws_cloudwatch_metric_alarm",
        "comparison_operator",
        "cloudwatch",
        "PutMetricAlarm",
        "ComparisonOperator",
    ),
    Limit("aws_cloudwatch_metric_alarm", "namespace", "cloudwatch", "PutMetricAlarm", "Namespace"),
    Limit("aws_cloudwatch_metric_alarm", "statistic", "cloudwatch", "PutMetricAlarm", "Statistic"),
    Limit(
        "aws_cloudwatch_query_definition",
        "log_group_names.*",
        "logs",
        "CreateLogGroup",
        "logGroupName",
    ),
    Limit("aws_cloudwatch_query_definition", "name", "logs", "PutQueryDefinition", "name"),
    Limit(
        "aws_cloudwatch_query_definition",
        "query_string",
        "logs",
        "PutQueryDefinition",
        "queryString",
    ),
    Limit("aws_cognito_user_group", "description", "cognito-idp", "CreateGroup", "Description"),
    Limit(
        "aws_cognito_user_pool",
        "deletion_protection",
        "cognito-idp",
        "CreateUserPool",
        "DeletionProtection",
    ),
    Limit(
        "aws_cognito_user_pool",
        "mfa_configuration",
        "cognito-idp",
        "CreateUserPool",
        "MfaConfiguration",
    ),
    Limit("aws_cognito_user_pool", "name", "cognito-idp", "CreateUserPool", "PoolName"),
    Limit(
        "aws_cognito_user_pool",
        "password_policy.*.minimum_length",
        "cognito-idp",
        "CreateUserPool",
        "Policies.PasswordPolicy.MinimumLength",
    ),
    Limit(
        "aws_cognito_user_pool",
        "user_pool_add_ons.*.advanced_security_mode",
        "cognito-idp",
        "CreateUserPool",
        "UserPoolAddOns.AdvancedSecurityMode",
    ),
    Limit(
        "aws_cognito_user_pool", "user_pool_tier", "cognito-idp", "CreateUserPool", "UserPoolTier"
    ),
    Limit(
        "aws_cognito_user_pool_client",
        "auth_session_validity",
        "cognito-idp",
        "CreateUserPoolClient",
        "AuthSessionValidity",
    ),
    Limit(
        "aws_cognito_user_pool_client",
        "explicit_auth_flows.*",
        "cognito-idp",
        "CreateUserPoolClient",
        "ExplicitAuthFlows.*",
    ),
    Limit(
        "aws_cognito_user_pool_client", "name", "cognito-idp", "CreateUserPoolClient", "ClientName"
    ),
    Limit(
        "aws_cognito_user_pool_client",
        "prevent_user_existence_errors",
        "cognito-idp",
        "CreateUserPoolClient",
        "PreventUserExistenceErrors",
    ),
    Limit(
        "aws_cognito_user_pool_client",
        "refresh_token_rotation.*.feature",
        "cognito-idp",
        "CreateUserPoolClient",
        "RefreshTokenRotation.Feature",
    ),
    Limit(
        "aws_cognito_user_pool_client",
        "refresh_token_rotation.*.retry_grace_period_seconds",
        "cognito-idp",
        "CreateUserPoolClient",
        "RefreshTokenRotation.RetryGracePeriodSeconds",
    ),
    Limit(
        "aws_dynamodb_table",
        "attribute.*.name",
        "dynamodb",
        "CreateTable",
        "AttributeDefinitions.*.AttributeName",
    ),
    Limit("aws_dynamodb_table", "billing_mode", "dynamodb", "CreateTable", "BillingMode"),
    Limit(
        "aws_dynamodb_table",
        "global_secondary_index.*.name",
        "dynamodb",
        "CreateTable",
        "GlobalSecondaryIndexes.*.IndexName",
    ),
    Limit("aws_iam_role", "description", "iam", "CreateRole", "Description"),
    Limit("aws_iam_role", "name", "iam", "CreateRole", "RoleName"),
    Limit("aws_iam_role_policy", "name", "iam", "PutRolePolicy", "PolicyName"),
    Limit("aws_iam_role_policy", "policy", "iam", "PutRolePolicy", "PolicyDocument"),
    Limit("aws_lambda_alias", "name", "lambda", "CreateAlias", "Name"),
    Limit("aws_lambda_function", "architectures.*", "lambda", "CreateFunction", "Architectures.*"),
    Limit("aws_lambda_function", "description", "lambda", "CreateFunction", "Description"),
    Limit(
        "aws_lambda_function",
        "environment.*.variables.@",
        "lambda",
        "CreateFunction",
        "Environment.Variables.@",
    ),
    Limit("aws_lambda_function", "function_name", "lambda", "CreateFunction", "FunctionName"),
    Limit("aws_lambda_function", "handler", "lambda", "CreateFunction", "Handler"),
    Limit(
        "aws_lambda_function",
        "logging_config.*.application_log_level",
        "lambda",
        "CreateFunction",
        "LoggingConfig.ApplicationLogLevel",
    ),
    Limit(
        "aws_lambda_function",
        "logging_config.*.log_format",
        "lambda",
        "CreateFunction",
        "LoggingConfig.LogFormat",
    ),
    Limit(
        "aws_lambda_function",
        "logging_config.*.system_log_level",
        "lambda",
        "CreateFunction",
        "LoggingConfig.SystemLogLevel",
    ),
    Limit("aws_lambda_function", "runtime", "lambda", "CreateFunction", "Runtime"),
    Limit(
        "aws_lambda_function",
        "tracing_config.*.mode",
        "lambda",
        "CreateFunction",
        "TracingConfig.Mode",
    ),
    Limit(
        "aws_lambda_layer_version",
        "compatible_architectures.*",
        "lambda",
        "PublishLayerVersion",
        "CompatibleArchitectures.*",
    ),
    Limit(
        "aws_lambda_layer_version",
        "compatible_runtimes.*",
        "lambda",
        "PublishLayerVersion",
        "CompatibleRuntimes.*",
    ),
    Limit("aws_lambda_layer_version", "layer_name", "lambda", "PublishLayerVersion", "LayerName"),
    Limit("aws_lambda_permission", "action", "lambda", "AddPermission", "Action"),
    Limit("aws_lambda_permission", "principal", "lambda", "AddPermission", "Principal"),
    Limit("aws_lambda_permission", "source_arn", "lambda", "AddPermission", "SourceArn"),
]


def name(limit: Limit) -> str:
    return f"{limit.kind}.{limit.attribute} is a {limit.parameter} of {limit.operation}"


def values(node: Any, path: list[str]) -> Iterator[Any]:
    """What stands at a path; nothing where it is unknown or left out."""
    if node is None:
        return
    if not path:
        yield node
    elif path[0] == "@":
        yield from node
    elif path[0] == "*":
        for inner in node:
            yield from values(inner, path[1:])
    else:
        yield from values(node.get(path[0]), path[1:])


@pytest.mark.parametrize("limit", LIMITS, ids=name)
def test_values_are_within_the_limits_of_aws(
    limit: Limit, environments: dict[str, Resources]
) -> None:
    shape = models.shape(limit.service, limit.operation, limit.parameter)

    found = [
        value
        for resources in environments.values()
        for resource in resources.of(limit.kind)
        for value in values(resource, limit.attribute.split("."))
    ]

    assert found, "nothing stands there"
    assert [fault for value in found for fault in models.faults(value, shape.metadata)] == []


@pytest.mark.parametrize("limit", LIMITS, ids=name)
def test_a_value_beyond_the_limit_is_noticed(limit: Limit) -> None:
    shape = models.shape(limit.service, limit.operation, limit.parameter)

    assert list(models.faults("a b\0" * 50_000, shape.metadata))
