"""Drives examples/python by a line for each thing to do, and answers each with a line of JSON. Its clock stands still until it is told to advance."""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

sys.path.insert(0, "examples/python")
import rotated_api_key
from rotated_api_key import RotatedApiKey, open_url

now = 1000.0
rotated_api_key.monotonic = lambda: now

secrets_manager = boto3.client("secretsmanager", config=Config(connect_timeout=2, read_timeout=30))
api_key = RotatedApiKey(secrets_manager, sys.argv[1])
library = "urllib"


def send(body):
    if library == "requests":
        import requests
        return lambda url, headers: requests.get(url, headers=headers, allow_redirects=False, timeout=30)
    if library == "requests that follow":
        import requests
        return lambda url, headers: requests.get(url, headers=headers, timeout=30)
    if library == "urllib that follows":
        import urllib.request
        return lambda url, headers: urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30)
    return None if body is None else lambda url, headers: open_url(url, headers, data=body.encode(), method="POST")


def call(url, body=None):
    try:
        with api_key.call(url, send(body)) as response:
            return [rotated_api_key._status_of(response), (response.content if hasattr(response, "content") else response.read()).decode()]
    except Exception as error:
        return [type(error).__name__, str(error)]


for line in sys.stdin:
    what, *rest = line.split()
    if what == "call":
        print(json.dumps(call(*rest)), flush=True)
    elif what == "times":
        print(json.dumps(sorted({str(call(rest[1])[0]) for _ in range(int(rest[0]))})), flush=True)
    elif what == "together":
        count = int(rest[0])
        start = threading.Barrier(count)
        with ThreadPoolExecutor(count) as threads:
            calls = [threads.submit(lambda: (start.wait(), call(rest[1]))[1]) for _ in range(count)]
            print(json.dumps(sorted({str(done.result()[0]) for done in calls})), flush=True)
    elif what == "advance":
        now += float(rest[0])
        print("{}", flush=True)
    elif what == "use":
        library = " ".join(rest)
        print("{}", flush=True)
    elif what == "print":
        print(json.dumps([repr(api_key), str(api_key)]), flush=True)
