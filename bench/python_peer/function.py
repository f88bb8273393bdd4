"""The function to compare with: the same rotation in Python with boto3, written like AWS's rotation template.

It creates, attaches, tests, promotes and retires keys like the C# function, but makes fewer calls, because it does not check
whether the template key points back, whether an owner edited the document, or which secret owns the key that it retires.
"""
import json
import os
import urllib.request

import boto3

secrets = boto3.client("secretsmanager")
gateway = boto3.client("apigateway")


def handler(event):
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    secret = secrets.describe_secret(SecretId=arn)
    if not secret.get("RotationEnabled"):
        raise ValueError("Secret %s is not enabled for rotation" % arn)
    versions = secret["VersionIdsToStages"]
    if token not in versions:
        raise ValueError("Secret version has no stage for rotation")
    if "AWSCURRENT" in versions[token]:
        return
    if "AWSPENDING" not in versions[token]:
        raise ValueError("Secret version is not AWSPENDING")
    {"createSecret": create_secret, "setSecret": set_secret, "testSecret": test_secret, "finishSecret": finish_secret}[step](secret, arn, token)


def create_secret(secret, arn, token):
    current = document(arn, stage="AWSCURRENT")
    try:
        document(arn, token, "AWSPENDING")
    except secrets.exceptions.ResourceNotFoundException:
        password = secrets.get_random_password(PasswordLength=40, ExcludePunctuation=True)
        current["apiKey"] = password["RandomPassword"]
        secrets.put_secret_value(SecretId=arn, ClientRequestToken=token, SecretString=json.dumps(current), VersionStages=["AWSPENDING"])


def set_secret(secret, arn, token):
    value = document(arn, token, "AWSPENDING")["apiKey"]
    template = gateway.get_api_key(apiKey=template_id(secret))
    tags = {name: text for name, text in template.get("tags", {}).items() if not name.startswith("apikey-rotation:")}
    key = gateway.create_api_key(name=secret["Name"] + "/" + token, value=value, enabled=True, description=template.get("description", ""),
                                 tags={**tags, "apikey-rotation:minted-for": arn})
    for plan in gateway.get_usage_plans(keyId=template["id"])["items"]:
        gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")


def test_secret(secret, arn, token):
    value = document(arn, token, "AWSPENDING")["apiKey"]
    key = next(key for key in ring(secret) if key["value"] == value)
    wanted = {plan["id"] for plan in gateway.get_usage_plans(keyId=template_id(secret))["items"]}
    attached = {plan["id"] for plan in gateway.get_usage_plans(keyId=key["id"])["items"]}
    if not key["enabled"] or not wanted <= attached:
        raise ValueError("The pending key does not open what the template's would")


def finish_secret(secret, arn, token):
    versions = secret["VersionIdsToStages"]
    current = next(version for version, stages in versions.items() if "AWSCURRENT" in stages)
    secrets.update_secret_version_stage(SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current)
    needed = {document(arn, stage=stage)["apiKey"] for stage in ("AWSCURRENT", "AWSPREVIOUS")}
    for key in ring(secret):
        if key["value"] not in needed:
            if key["enabled"]:
                gateway.update_api_key(apiKey=key["id"], patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
            else:
                gateway.delete_api_key(apiKey=key["id"])


def document(arn, version=None, stage=None):
    names = {"VersionId": version, "VersionStage": stage}
    return json.loads(secrets.get_secret_value(SecretId=arn, **{name: text for name, text in names.items() if text})["SecretString"])


def ring(secret):
    return gateway.get_api_keys(nameQuery=secret["Name"] + "/", includeValues=True, limit=500)["items"]


def template_id(secret):
    return next(tag["Value"] for tag in secret["Tags"] if tag["Key"] == "apikey-rotation:template")


def serve():
    """Does only what the managed runtime's bootstrap does."""
    api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        with opener.open(api + "invocation/next") as invocation:
            request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
            event = json.load(invocation)
        try:
            kind, answer = "response", json.dumps(handler(event))
        except Exception as failure:  # whatever the handler raises is the invocation's error
            kind, answer = "error", json.dumps({"errorType": type(failure).__name__, "errorMessage": str(failure)})
        opener.open(api + "invocation/%s/%s" % (request_id, kind), answer.encode()).close()


if __name__ == "__main__":
    serve()
