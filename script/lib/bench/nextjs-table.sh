# shellcheck shell=bash
# The table of the API tokens page in Next.js, as a production build. script/bench compares Gatehouse's page with it.

nextjs=$root/script/lib/bench/nextjs-table

nextjs_inputs() {
    {
        node --version
        find "$nextjs" \( -name node_modules -o -name .next \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum
}

has_nextjs_build() { [ "$(cat "$nextjs/.next/.made-from")" = "$(nextjs_inputs)" ]; }
add_nextjs_build() {
    rm -rf "$nextjs/.next"
    (cd "$nextjs" && NODE_ENV=production npm run --silent build) && nextjs_inputs >"$nextjs/.next/.made-from"
}

# start_nextjs: starts the page, and sets and exports NEXTJS_URL, its URL, for what loads it in a browser. It is one process of
# Node.js, which compresses with gzip where a client accepts it.
start_nextjs() {
    local nextjs_port
    nextjs_port=$(free_port)
    NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 node "$nextjs/node_modules/next/dist/bin/next" start "$nextjs" \
        --hostname 127.0.0.1 --port "$nextjs_port" >"$work/nextjs.log" 2>&1 &
    nextjs_pid=$!
    export NEXTJS_URL=http://127.0.0.1:$nextjs_port/settings/portal/api-tokens
    wait_for "$NEXTJS_URL"
}

end_nextjs() { kill "$nextjs_pid" && wait "$nextjs_pid" 2>/dev/null || true; }
