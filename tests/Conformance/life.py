"""Drives a secret's and a key's life through boto3. Prints one line for each step; ends with an error at the first surprise."""
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


if __name__ == "__main__":
    if sys.argv[1] == "secret":
        secret_life(boto3.client("secretsmanager"), sys.argv[2])
    else:
        key_life(boto3.client("apigateway"), sys.argv[2])
