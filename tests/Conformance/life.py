"""Drives the life of a secret, a key, a function's policy, a stage or an API through boto3. Prints its name; ends with an error at the first surprise."""
import json
import os
import sys
import time
import urllib.error
import urllib.request
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


def says(text, code, call, **arguments):
    """The call fails with this code and text."""
    try:
        call(**arguments)
    except ClientError as error:
        assert (error.response["Error"]["Code"], error.response["Error"]["Message"]) == (code, text), error
        return
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


def status(url, key=None, waits_for=None):
    """What a client of a stage is answered; waits on AWS until it is served what is new."""
    deadline = time.monotonic() + (120 if os.environ.get("CONFORMANCE_ENDPOINT") else 0)
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers={"x-api-key": key} if key else {})) as answer:
                seen = answer.status
        except urllib.error.HTTPError as error:
            seen = error.code
        if seen == waits_for or time.monotonic() >= deadline:
            return seen
        time.sleep(2)


def api_life(client, name):
    api = client.create_rest_api(name=name)
    made = {"restApiId": api["id"]}
    try:
        root = {**made, "resourceId": api["rootResourceId"]}
        method = {**root, "httpMethod": "GET"}
        assert client.get_resources(**made)["items"] == [{"id": api["rootResourceId"], "path": "/"}]
        says("The REST API doesn't contain any methods", "BadRequestException", client.create_deployment, **made)

        orders = client.create_resource(**made, parentId=api["rootResourceId"], pathPart="orders")
        assert (orders["parentId"], orders["path"], orders["pathPart"]) == (api["rootResourceId"], "/orders", "orders")
        says("Another resource with the same parent already has this name: orders", "ConflictException",
             client.create_resource, **made, parentId=api["rootResourceId"], pathPart="orders")
        rest = client.create_resource(**made, parentId=orders["id"], pathPart="{proxy+}")
        says("A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed", "BadRequestException",
             client.create_resource, **made, parentId=orders["id"], pathPart="{id}")
        says("Cannot create a child of a resource with a greedy path variable: {proxy+}", "BadRequestException",
             client.create_resource, **made, parentId=rest["id"], pathPart="a")

        says("Invalid Resource identifier specified", "NotFoundException", client.put_method, **made, resourceId="nothing", httpMethod="GET", authorizationType="NONE")
        says("Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY", "BadRequestException",
             client.put_method, **root, httpMethod="GOT", authorizationType="NONE")
        says("Invalid Method identifier specified", "NotFoundException", client.get_method, **method)
        answer = client.put_method(**method, authorizationType="NONE")
        assert {member for member in answer if member != "ResponseMetadata"} == {"httpMethod", "authorizationType", "apiKeyRequired"} and not answer["apiKeyRequired"]
        refused("ConflictException", client.put_method, **method, authorizationType="NONE")
        listed = {resource["path"]: resource for resource in client.get_resources(**made, embed=["methods"])["items"]}
        assert listed["/"]["resourceMethods"]["GET"]["authorizationType"] == "NONE"
        says("No integration defined for method", "BadRequestException", client.create_deployment, **made)

        says("1 validation error detected: Value 'HTTPS' at 'putIntegrationInput.type' failed to satisfy constraint: "
             "Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]", "ValidationException", client.put_integration, **method, type="HTTPS")
        integration = client.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        assert (integration["passthroughBehavior"], integration["timeoutInMillis"], integration["cacheKeyParameters"]) == ("WHEN_NO_MATCH", 29000, [])
        says("1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: "
             "Member must satisfy regular expression pattern: [1-5]\\d\\d", "ValidationException", client.put_integration_response, **method, statusCode="wrong")
        shown = client.put_integration_response(**method, statusCode="200", responseTemplates={"application/json": ""})
        assert shown["responseTemplates"] == {"application/json": None}

        first = client.create_deployment(**made, stageName="test")["id"]
        says("Active stages pointing to this deployment must be moved or deleted", "BadRequestException", client.delete_deployment, **made, deploymentId=first)
        second = client.create_deployment(**made, description="second")["id"]
        assert client.get_deployment(**made, deploymentId=second)["description"] == "second"
        assert {deployment["id"] for deployment in client.get_deployments(**made)["items"]} == {first, second}
        stage = client.update_stage(**made, stageName="test", patchOperations=[{"op": "replace", "path": "/deploymentId", "value": second}])
        assert stage["deploymentId"] == second
        assert client.delete_deployment(**made, deploymentId=first)["ResponseMetadata"]["HTTPStatusCode"] == 202

        renamed = client.update_rest_api(**made, patchOperations=[{"op": "replace", "path": "/description", "value": "new"}])
        assert (renamed["description"], renamed["tags"]) == ("new", {})
        arn = f"arn:aws:apigateway:{client.meta.region_name}::/restapis/{api['id']}"
        for resource in (arn, f"{arn}/stages/test"):
            client.tag_resource(resourceArn=resource, tags={"made-by": "conformance"})
            assert client.get_tags(resourceArn=resource)["tags"] == {"made-by": "conformance"}
            client.untag_resource(resourceArn=resource, tagKeys=["made-by"])
            assert client.get_tags(resourceArn=resource)["tags"] == {}

        def paths():
            return sorted(resource["path"] for resource in client.get_resources(**made)["items"])

        client.put_rest_api(**made, mode="merge", body=document(name))
        assert paths() == ["/", "/imported", "/orders", "/orders/{proxy+}"]
        replaced = client.put_rest_api(**made, mode="overwrite", body=document(name))
        assert (paths(), replaced["apiKeySource"], replaced["rootResourceId"]) == (["/", "/imported"], "AUTHORIZER", api["rootResourceId"])
        imported = client.get_resources(**made, embed=["methods"])["items"]
        assert [resource["resourceMethods"]["GET"]["apiKeyRequired"] for resource in imported if resource["path"] == "/imported"] == [True]
    finally:
        client.delete_rest_api(**made)
    print("api")


def document(name):
    """A document with a method that requires a key."""
    return json.dumps({
        "openapi": "3.0.1",
        "info": {"title": name, "version": "1"},
        "x-amazon-apigateway-api-key-source": "AUTHORIZER",
        "paths": {"/imported": {"get": {
            "security": [{"api_key": []}],
            "responses": {"200": {"description": "Served"}},
            "x-amazon-apigateway-integration": {
                "type": "mock",
                "requestTemplates": {"application/json": '{"statusCode": 200}'},
                "responses": {"default": {"statusCode": "200"}},
            },
        }}},
        "components": {"securitySchemes": {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}},
    })


def calls_life(client, name):
    """The clients of a stage see what its deployment froze."""
    api = client.create_rest_api(name=name)
    made = {"restApiId": api["id"]}
    plan = key = None
    try:
        method = {**made, "resourceId": api["rootResourceId"], "httpMethod": "GET"}
        client.put_method(**method, authorizationType="NONE")
        client.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        client.create_deployment(**made, stageName="test")
        url = os.environ["INVOKE_URL"].replace("{api}", api["id"]).replace("{stage}", "test")
        assert status(url, waits_for=500) == 500

        client.put_method_response(**method, statusCode="200")
        client.put_integration_response(**method, statusCode="200")
        assert status(url, waits_for=500) == 500
        client.create_deployment(**made, stageName="test")
        assert status(url, waits_for=200) == 200

        client.put_rest_api(**made, mode="overwrite", body=document(name).replace("AUTHORIZER", "HEADER"))
        client.create_deployment(**made, stageName="test")
        assert status(url, waits_for=403) == 403
        key = client.create_api_key(name=name, enabled=True)
        plan = client.create_usage_plan(name=name, apiStages=[{"apiId": api["id"], "stage": "test"}])["id"]
        client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        assert status(url + "imported", waits_for=403) == 403
        assert status(url + "imported", key["value"], waits_for=200) == 200
    finally:
        client.delete_rest_api(**made)
        if key:
            client.delete_api_key(apiKey=key["id"])
        if plan:
            client.delete_usage_plan(usagePlanId=plan)
    print("calls")


if __name__ == "__main__":
    lives = {
        "secret": (secret_life, "secretsmanager"),
        "key": (key_life, "apigateway"),
        "policy": (policy_life, "lambda"),
        "stage": (stage_life, "apigateway"),
        "api": (api_life, "apigateway"),
        "calls": (calls_life, "apigateway"),
    }
    life, service = lives[sys.argv[1]]
    life(boto3.client(service), *sys.argv[2:])
