-- wrk: sends each Authorization header of the file SIGNED once. Each thread takes its share of the file.
local threads = {}

function setup(thread)
    thread:set("number", #threads)
    table.insert(threads, thread)
end

function init()
    local share, count = {}, 0
    local of = tonumber(os.getenv("THREADS"))
    for line in io.lines(os.getenv("SIGNED")) do
        if count % of == number then
            share[#share + 1] = line
        end
        count = count + 1
    end
    headers, position, spent = share, 0, 0
end

function request()
    position = position + 1
    if position > #headers then
        spent = spent + 1
        position = 1
    end
    return wrk.format("GET", nil, { ["Authorization"] = headers[position] })
end

function done(summary, latency)
    local spent = 0
    for _, thread in ipairs(threads) do
        spent = spent + (thread:get("spent") or 0)
    end
    io.write(string.format("RESULT %.0f %d %.0f %.0f %d\n", summary.requests / (summary.duration / 1e6),
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99), spent))
end
