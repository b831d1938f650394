-- Sends the requests of a file, one after the other. They are whole requests of HTTP, and a NUL stands between them.
-- "once": each is worth something only once, so when none is left the last goes again, and is refused, and counted so.

local queue, at, again = {}, 0, false

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for request in file:read("*a"):gmatch("[^%z]+") do
    queue[#queue + 1] = request
  end
  file:close()
  again = args[2] ~= "once"
end

function request()
  if at < #queue then
    at = at + 1
  elseif again then
    at = 1
  end
  return queue[at]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\n{"answered": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50": %.1f, "p99": %.1f}\n',
    summary.requests, summary.duration / 1e6, failed.status,
    failed.connect + failed.read + failed.write + failed.timeout,
    latency:percentile(50), latency:percentile(99)))
end
