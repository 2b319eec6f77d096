# shellcheck shell=bash
# Benchmarks of the connector API. script/bench starts the server and the baseline.

connector_fields=1000
connector_listeners=5000

# connector_settings TERM: prints a settings file in which every field has this search term.
connector_settings() {
    node -e '
        const fields = Array.from({ length: Number(process.argv[1]) }, (_, index) => ({
            field: `Templates/Page/Field ${index}`, defaultSearchTerm: process.argv[2], assetTypes: ["image", "video"],
            hideLimitedUse: index % 2 === 0, mode: "SingleSelect",
        }));
        console.log(JSON.stringify({ portal: { url: "https://dam.example.com" }, fields }));' "$connector_fields" "$1"
}

# connector_prepare TERM: saves settings, waits until the server returns them, and sets connector_key and connector_url.
connector_prepare() {
    connector_key="X-Api-Key: $("$gatehouse" api-key show --json | node -p 'JSON.parse(require("fs").readFileSync(0)).api_key')"
    connector_url=http://$address/api/connector/v1/settings
    connector_settings "$1" | "$gatehouse" settings apply - --yes >/dev/null
    local tries=0
    until curl --silent --fail --header "$connector_key" "$connector_url" | grep --quiet "\"defaultSearchTerm\":\"$1\""; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || die "The server didn't return the saved settings."
        sleep 0.05
    done
}

bench_settings() {
    local etag bare_rate
    connector_prepare cat
    curl --silent --fail --header "$connector_key" --dump-header "$work/settings.head" "$connector_url" >"$work/settings.json"
    etag=$(sed -n 's/^etag: \([^\r]*\)\r*$/\1/Ip' "$work/settings.head")
    bare application/json "$work/settings.json"
    load plain "$bare_url/" "$connector_key"
    bare_rate=$rate
    end_bare
    load plain "$connector_url" "$connector_key"
    printf 'GET settings, %s fields  %s/s, median %s µs, p99 %s µs, %s bytes; bare axum handler, same bytes: %s/s; ratio %s (goal 60%%)\n' \
        "$connector_fields" "$rate" "$median" "$p99" "$(wc -c <"$work/settings.json")" "$bare_rate" "$(ratio "$rate" "$bare_rate")"

    : >"$work/nothing"
    bare application/json "$work/nothing" 304
    load plain "$bare_url/" "$connector_key" "If-None-Match: $etag"
    bare_rate=$rate
    end_bare
    [ "$(curl --silent --output /dev/null --write-out '%{http_code}' --header "$connector_key" --header "If-None-Match: $etag" "$connector_url")" = 304 ] ||
        die "The server didn't return 304."
    load plain "$connector_url" "$connector_key" "If-None-Match: $etag"
    printf 'GET settings, not modified  %s/s, median %s µs, p99 %s µs; bare axum handler that returns 304: %s/s; ratio %s (goal 70%%)\n' \
        "$rate" "$median" "$p99" "$bare_rate" "$(ratio "$rate" "$bare_rate")"
}

# The server and the client need a file descriptor for each listener.
allow_listeners() {
    ulimit -Sn $((connector_listeners + 1000)) 2>/dev/null || die "$connector_listeners listeners need as many open files. Raise ulimit -n."
}

bench_listeners() {
    local before with begun ended
    connector_prepare dog
    connector_settings bird >"$work/settings-next.json"
    read -r before with begun ended < <("$examples/listeners" "$address" "${connector_key#*: }" "$connector_listeners" \
        "$server" "$gatehouse" settings apply "$work/settings-next.json" --yes | sed -n 's/^RESULT //p')
    [ -n "$ended" ] || die "Not all listeners received the event."
    printf 'Event listeners, %s on one node  %s MB resident, %s MB without them (goal 150 MB); the last was notified %s ms after the saving command ended, %s ms after it began (goal 1000 ms)\n' \
        "$connector_listeners" $((with / 1024)) $((before / 1024)) "$ended" "$begun"
}
