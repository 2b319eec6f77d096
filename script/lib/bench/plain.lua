-- wrk: reports one line that script/bench reads.
function done(summary, latency)
    io.write(string.format("RESULT %.0f %d %.0f %.0f 0\n", summary.requests / (summary.duration / 1e6),
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
