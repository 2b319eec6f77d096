-- wrk: sends the same request each time, with the form in FORM if it is set. Prints one line that script/bench reads.
local form = os.getenv("FORM")
if form then
    wrk.method, wrk.body = "POST", form
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end

function done(summary, latency)
    io.write(string.format("RESULT %.0f %d %.0f %.0f 0\n", summary.requests / (summary.duration / 1e6),
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
