"""Calls an API with the key that a rotated secret holds. Needs Python 3.9 or later and boto3.

    import boto3
    from botocore.config import Config
    from rotated_api_key import RotatedApiKey

    secrets_manager = boto3.client("secretsmanager", config=Config(connect_timeout=2, read_timeout=3))
    api_key = RotatedApiKey(secrets_manager, "partner/api")
    with api_key.call("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders") as response:
        print(response.status, response.read())

One RotatedApiKey serves all threads of a process, for one API. To use another HTTP library than urllib, pass a function that does not follow redirects:

    api_key.call(url, lambda url, headers: requests.get(url, headers=headers, allow_redirects=False, timeout=30))
    api_key.call(url, lambda url, headers: httpx.get(url, headers=headers, timeout=30))
"""

import json
import threading
import urllib.request
from concurrent.futures import Future
from time import monotonic
from urllib.parse import urlsplit

PAUSE = 10  # seconds before the next read, after one that failed or returned the rejected key
PATIENCE = 5  # seconds that a request with a cached key waits for a read


class RotatedApiKey:
    """The key in a rotated secret.

    Reads the key again when it is older than read_again_after, in seconds: less than the time between two rotations, or less than the
    overlap where the stack sets one. Reads it at once when the API returns 403: if the secret then holds another key, sends the request a second time.
    When a read fails, a cached key stays in use: a request is sent with it, and a request that the API rejected returns the 403.
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
        """Returns the response of send(url, headers), by default a GET with urllib. send must not follow redirects: they would carry the key along."""
        send = send or open_url
        origin = _origin_of(url)
        with self._lock:
            self._origin = self._origin or origin
        if origin != self._origin:
            raise ValueError(f"The key of secret {self._secret_id} is for {self._origin}, not for {origin}. "
                             "Use one RotatedApiKey for each API.")
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
            raise RuntimeError(f"A redirect sent the key of secret {self._secret_id} to {_origin_of(str(response.url))}. "
                               "Turn redirects off. If the host is not yours, rotate the secret and revoke the previous key.")
        return response

    def _get(self, refused=None):
        """Returns the key to send. If the API rejected a key, reads the secret for another one."""
        with self._lock:
            held = self._key
            if held and not self._must_read(refused):
                return held[0]
            if self._reading is None:  # all threads that wait share one read
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
                                     "Rotate the secret or store a key.")
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
    """Sends a request with urllib. Does not follow redirects, and returns every response, whatever its status."""
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
