"""Drives the life of a secret, a key, a function's policy or a stage through boto3. Prints its name; ends with an error at the first surprise."""
import json
import sys
import uuid

import boto3
from botocore.exceptions import ClientError


def refused(code, call, **arguments):
    """The call fails with this code; returns the HTTP status."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError(f"{call} was not refused")


def labels(client, secret):
    versions = client.describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    return {version: sorted(stages) for version, stages in versions.items()}


def secret_life(client, name):
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    secret = client.create_secret(Name=name, SecretString="v1", ClientRequestToken=first, Tags=[{"Key": "team", "Value": "billing"}])["ARN"]
    try:
        client.put_secret_value(SecretId=secret, SecretString="v2", ClientRequestToken=second, VersionStages=["AWSPENDING"])
        assert labels(client, secret) == {first: ["AWSCURRENT"], second: ["AWSPENDING"]}
        refused("ResourceExistsException", client.put_secret_value, SecretId=secret, SecretString="v3", ClientRequestToken=second)
        refused("InvalidParameterException", client.update_secret_version_stage, SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=second)
        client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=first)
        assert labels(client, secret) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT", "AWSPENDING"]}
        assert client.get_secret_value(SecretId=secret)["SecretString"] == "v2"
        assert client.get_secret_value(SecretId=secret, VersionStage="AWSPREVIOUS")["SecretString"] == "v1"
        assert refused("ResourceNotFoundException", client.get_secret_value, SecretId=secret, VersionStage="nothing") == 400
        assert client.describe_secret(SecretId=secret)["Tags"] == [{"Key": "team", "Value": "billing"}]
    finally:
        client.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    print("secret")


def key_life(client, name):
    value = uuid.uuid4().hex
    plan = client.create_usage_plan(name=name)["id"]
    key = client.create_api_key(name=name, value=value, tags={"team": "billing"})
    try:
        assert key["enabled"] is False and key["value"] == value and key["id"] != value
        assert refused("ConflictException", client.create_api_key, name=name, value=value) == 409
        assert refused("BadRequestException", client.create_api_key, name=name, value="short") == 400
        client.update_api_key(apiKey=key["id"], patchOperations=[{"op": "replace", "path": "/enabled", "value": "true"}])
        read = client.get_api_key(apiKey=key["id"], includeValue=True)
        assert read["enabled"] is True and read["value"] == value and read["tags"] == {"team": "billing"}
        client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        pages = client.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan)
        assert [item["id"] for page in pages for item in page["items"]] == [key["id"]]
        pages = client.get_paginator("get_api_keys").paginate(nameQuery=name, includeValues=True)
        assert [item["value"] for page in pages for item in page["items"]] == [value]
        assert [item["id"] for item in client.get_usage_plans(keyId=key["id"])["items"]] == [plan]
    finally:
        client.delete_api_key(apiKey=key["id"])
        assert client.get_usage_plan_keys(usagePlanId=plan)["items"] == []
        client.delete_usage_plan(usagePlanId=plan)
    assert refused("NotFoundException", client.get_api_key, apiKey=key["id"]) == 404
    print("key")


def policy_life(client, function, plain=None):
    """plain: a function that has no policy."""
    bodies = []
    client.meta.events.register("before-parse.lambda", lambda response_dict, **_: bodies.append(response_dict["body"]))

    def error(code, status, call, **arguments):
        assert refused(code, call, **arguments) == status
        return json.loads(bodies[-1])

    def add(statement, principal):
        return dict(FunctionName=function, StatementId=statement, Action="lambda:InvokeFunction", Principal=principal)

    statement, unknown = f"conformance-{uuid.uuid4()}", f"conformance-{uuid.uuid4()}"
    arn = ":".join(function.split(":")[:6])
    account = arn.split(":")[4]

    # function-1: the id's characters
    body = error("ValidationException", 400, client.add_permission, **add("with.dot", "lambda.amazonaws.com"))
    assert body == {"message": "1 validation error detected: Value 'with.dot' at 'statementId' failed to satisfy constraint: "
                    "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"}, body
    # function-2: who is nobody
    body = error("InvalidParameterValueException", 400, client.add_permission, **add(statement, "invalid.nonaws.com"))
    assert body["message"] == "The provided principal was invalid. Please check the principal and try again.", body
    # function-3 and 4: an account, and the same id again
    added = json.loads(client.add_permission(**add(statement, account))["Statement"])
    try:
        assert added["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}, added
        body = error("ResourceConflictException", 409, client.add_permission, **add(statement, account))
        assert body["message"] == (f"The statement id ({statement}) provided already exists. "
                                   "Please provide a new statement id, or remove the existing statement."), body
        body = error("ResourceNotFoundException", 404, client.remove_permission, FunctionName=function, StatementId=unknown)
        assert body["Message"] == f"Statement {unknown} is not found in resource policy.", body
    finally:
        client.remove_permission(FunctionName=function, StatementId=statement)
    # function-5, 6 and 7: nothing to show, nothing to remove
    for name in filter(None, [unknown, plain]):
        body = error("ResourceNotFoundException", 404, client.get_policy, FunctionName=name)
        assert body["Message"] == "The resource you requested does not exist." and "message" not in body, body
    body = error("ResourceNotFoundException", 404, client.remove_permission, FunctionName=unknown, StatementId=statement)
    assert body["Message"] == f"No policy found for: {arn}:{unknown}", body
    if plain:
        body = error("ResourceNotFoundException", 404, client.remove_permission, FunctionName=plain, StatementId=statement)
        assert body["Message"] == "No policy is associated with the given resource.", body
    print("policy")


def stage_life(client, api, stage):
    shown = client.get_stage(restApiId=api, stageName=stage)
    assert shown["cacheClusterEnabled"] is False and shown["cacheClusterStatus"] == "NOT_AVAILABLE", shown
    assert isinstance(shown["methodSettings"], dict) and shown["tracingEnabled"] is False, shown
    print("stage")


if __name__ == "__main__":
    lives = {
        "secret": (secret_life, "secretsmanager"),
        "key": (key_life, "apigateway"),
        "policy": (policy_life, "lambda"),
        "stage": (stage_life, "apigateway"),
    }
    life, service = lives[sys.argv[1]]
    life(boto3.client(service), *sys.argv[2:])
