"""Runs function.py for many invocations at once, one in each thread. What waits, such as boto3's retries, waits on the bench's clock."""
import os
import sys
import threading
import time
import urllib.request

API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
time.sleep = lambda seconds: opener.open("%s/wait?seconds=%f" % (API, seconds), b"").close()

import function  # noqa: E402 - after the clock

threading.stack_size(512 * 1024)
for _ in range(int(sys.argv[1])):
    threading.Thread(target=function.serve).start()
