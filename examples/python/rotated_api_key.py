"""Calls an API with the key that a rotated secret holds. Needs Python 3.9 or later and boto3.

    import boto3
    from botocore.config import Config
    from rotated_api_key import RotatedApiKey

    secrets_manager = boto3.client("secretsmanager", config=Config(connect_timeout=2, read_timeout=3))
    api_key = RotatedApiKey(secrets_manager, "partner/api")
    with api_key.call("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders") as response:
        print(response.status, response.read())

One RotatedApiKey serves all threads of a process, and one API. Another HTTP library sends the request in place of urllib; it must follow no redirect:

    api_key.call(url, lambda url, headers: requests.get(url, headers=headers, allow_redirects=False, timeout=30))
    api_key.call(url, lambda url, headers: httpx.get(url, headers=headers, timeout=30))
"""

import json
import threading
import urllib.request
from concurrent.futures import Future
from time import monotonic
from urllib.parse import urlsplit

PAUSE = 10  # seconds for which a read is not repeated that failed, or gave the very key that the API refuses
PATIENCE = 5  # seconds for which a request that has a key waits for another one


class RotatedApiKey:
    """The key in a rotated secret.

    It is read again when it is older than read_again_after, in seconds: less than the time between two rotations, or than the
    overlap where one is set. It is read at once when the API answers 403: if the secret holds another key by now, the request is sent a second time.
    A failed read stops nobody who has a key: the request is sent with that key, and a caller whose key was refused gets the 403.
    """

    def __init__(self, secrets_manager, secret_id, read_again_after=300):
        self._secrets_manager = secrets_manager
        self._secret_id = secret_id
        self._read_again_after = read_again_after
        self._lock = threading.Lock()
        self._reading = None
        self._key = None  # with the time when it was read
        self._paused_since = None
        self._origin = None

    def __repr__(self):
        return f"RotatedApiKey({self._secret_id!r})"

    def call(self, url, send=None):
        """Returns the response of send(url, headers), which must follow no redirect: the key would go along. Without send, of a GET by urllib."""
        send = send or open_url
        origin = _origin_of(url)
        with self._lock:
            self._origin = self._origin or origin
        if origin != self._origin:
            raise ValueError(f"The key of secret {self._secret_id} goes to {self._origin} only, not to {origin}. "
                             "Use a RotatedApiKey of its own for each API.")
        key = self._get()
        response = self._send(send, url, key)
        if _status_of(response) != 403:
            return response
        another = self._get(refused=key)
        if another == key:
            return response
        response.close()
        return self._send(send, url, another)

    def _send(self, send, url, key):
        response = send(url, {"x-api-key": key})
        if getattr(response, "history", None) or _origin_of(str(response.url)) != self._origin:
            response.close()
            raise RuntimeError(f"A redirect was followed to {_origin_of(str(response.url))} and took the key of secret {self._secret_id} along. "
                               "Turn redirects off. If that host is not yours, rotate the secret and revoke the previous key.")
        return response

    def _get(self, refused=None):
        """The key to send; after a refusal another one than the refused, where the secret holds one."""
        with self._lock:
            held = self._key
            if held and not self._must_read(refused):
                return held[0]
            if self._reading is None:  # one read for all threads that wait
                reading = Future()
                threading.Thread(target=self._read, args=(reading, refused), daemon=True).start()
                self._reading = reading
            reading = self._reading
        try:
            return reading.result(timeout=PATIENCE if held else None)
        except Exception:
            if held is None:
                raise
            with self._lock:
                self._paused_since = monotonic()
            return held[0]

    def _must_read(self, refused):
        key, read_at = self._key
        is_good = key != refused if refused else monotonic() - read_at < self._read_again_after
        is_paused = self._paused_since is not None and monotonic() - self._paused_since < PAUSE
        return not is_good and not is_paused

    def _read(self, reading, refused):
        read_at, key, failure = monotonic(), None, None
        try:
            key = _key_in(self._secrets_manager.get_secret_value(SecretId=self._secret_id).get("SecretString"))
            if key is None:
                failure = ValueError(f'Secret {self._secret_id} holds no key: its text is not a JSON object with a printable "apiKey". '
                                     "Rotate it, or store a key.")
        except Exception as error:
            failure = error
        with self._lock:
            self._reading = None
            self._key = (key, read_at) if key else self._key
            self._paused_since = monotonic() if key in (None, refused) else None
        if failure:
            reading.set_exception(failure)
        else:
            reading.set_result(key)


def open_url(url, headers, data=None, method=None, timeout=30):
    """A request by urllib. Follows no redirect, and returns what is no success like what is one."""
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    return _opener.open(request, timeout=timeout)


class _EveryAnswer(urllib.request.HTTPErrorProcessor):
    def http_response(self, request, response):
        return response

    https_response = http_response


_opener = urllib.request.build_opener(_EveryAnswer)


def _key_in(text):
    try:
        key = json.loads(text or "")["apiKey"]
        return key if isinstance(key, str) and key and all("!" <= character <= "~" for character in key) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _origin_of(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or {'http': 80, 'https': 443}.get(parts.scheme)}"


def _status_of(response):
    return response.status_code if hasattr(response, "status_code") else response.status
