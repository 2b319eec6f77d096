#!/usr/bin/env bash
# Signs GET /api/v4/currentUser in shell (RFC 5849 §3.4) and sends it with curl. Usage: curl.sh sha1|sha256 header|query
set -euo pipefail

digest=$1 place=$2
method=HMAC-${digest^^}
url=$PORTAL/api/v4/currentUser

# encode TEXT: percent-encodes as in RFC 5849 §3.6.
encode() {
    local text=$1 out= character i
    for ((i = 0; i < ${#text}; i++)); do
        character=${text:i:1}
        case $character in
        [A-Za-z0-9._~-]) out+=$character ;;
        *) printf -v character '%%%02X' "'$character" && out+=$character ;;
        esac
    done
    printf '%s' "$out"
}

# Sorted by name, as the signature base string requires.
names=(oauth_consumer_key oauth_nonce oauth_signature_method oauth_timestamp oauth_token oauth_version)
values=("$CONSUMER_KEY" "$(openssl rand -hex 16)" "$method" "$(date +%s)" "$TOKEN" 1.0)
parameters= header=
for i in "${!names[@]}"; do
    parameters+=${parameters:+&}${names[i]}=$(encode "${values[i]}")
    header+=${header:+, }${names[i]}=\"$(encode "${values[i]}")\"
done
base_string="GET&$(encode "$url")&$(encode "$parameters")"
key="$(encode "$CONSUMER_SECRET")&$(encode "$TOKEN_SECRET")"
signature=$(printf '%s' "$base_string" | openssl dgst "-$digest" -hmac "$key" -binary | openssl base64 -A)

case $place in
header) curl --silent --show-error --fail-with-body -H "Authorization: OAuth $header, oauth_signature=\"$(encode "$signature")\"" "$url" ;;
query) curl --silent --show-error --fail-with-body "$url?$parameters&oauth_signature=$(encode "$signature")" ;;
esac
