#!/usr/bin/env bash
# call-api.sh SECRET URL: calls an API with the key of a rotated secret. Needs the AWS CLI, curl, and jq or python3.
# curl reads the key from a pipe: `ps` shows arguments and environment variables. Sends nothing without a key.
set -euo pipefail
set +x # a trace would show the key
secret=${1:?"usage: call-api.sh SECRET URL"} url=${2:?"usage: call-api.sh SECRET URL"}

fail() {
  echo "call-api.sh: $1" >&2
  exit 1
}

# Reads a JSON object and prints the line of a curl configuration that sends its apiKey. Fails unless apiKey is printable ASCII.
if command -v jq >/dev/null; then
  header_of() {
    jq --slurp --exit-status --raw-output 'select(length == 1) | .[0] | objects | .apiKey | strings
      | select(. != "" and (explode | all(. > 32 and . < 127))) | "header = " + ("x-api-key: " + . | @json)' 2>/dev/null
  }
elif python3 -c '' 2>/dev/null; then
  header_of() {
    python3 -c '
import json, sys
key = json.load(sys.stdin.buffer)["apiKey"]
if not (isinstance(key, str) and key and all("!" <= character <= "~" for character in key)):
    sys.exit(1)
print("header = " + json.dumps("x-api-key: " + key))' 2>/dev/null
  }
else
  fail 'install jq or python3 to parse the JSON of the secret.'
fi

read_header() {
  local +x document
  document=$(aws secretsmanager get-secret-value --secret-id "$secret" --query SecretString --output text) || fail "cannot read secret $secret."
  printf '%s' "$document" | header_of \
    || fail "secret $secret holds no key: its text is not a JSON object with a printable \"apiKey\". Rotate the secret or store a key."
}

# --disable: a .curlrc can print headers or follow redirects, which would send the key to another host.
call() {
  printf '%s\n' "$header" | curl --disable --config - --silent --show-error --output "$body" --write-out '%{http_code}' "$url"
}

body=$(mktemp)
trap 'rm -f "$body"' EXIT
declare +x header another # not exported, even if the environment has variables of these names
header=$(read_header)
status=$(call)
if [ "$status" = 403 ] && another=$(read_header) && [ "$another" != "$header" ]; then
  # The key was replaced between the read and the call.
  header=$another
  status=$(call)
fi

cat "$body"
case $status in
  2??) ;;
  3??) fail "$url returned $status. Redirects are not followed: they would carry the key along." ;;
  *) fail "$url returned $status." ;;
esac
