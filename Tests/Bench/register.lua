-- wrk's script for commands: each request registers a customer of its own. Prints figures.
--   wrk ... -s register.lua URL -- STATUS PREFIX [PREFERENCE]
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(words)
  wanted, prefix, others, sent = tonumber(words[1]), words[2], 0, 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/hal+json"
  if words[3] then wrk.headers["Prefer"] = words[3] end
end

function request()
  sent = sent + 1
  local id = prefix .. number .. "-" .. sent
  return wrk.format(nil, nil, nil, '{"id":"' .. id .. '","name":"Customer ' .. id .. '","capacity":3000}')
end

function response(status)
  if status ~= wanted then others = others + 1 end
end

function done(summary, latency)
  local others = 0
  for _, thread in ipairs(threads) do others = others + thread:get("others") end
  local errors = summary.errors
  print("requests " .. summary.requests)
  print("others " .. others + errors.connect + errors.read + errors.write + errors.timeout)
  print("rate " .. math.floor(summary.requests / summary.duration * 1e6))
  print("p50 " .. latency:percentile(50) / 1000)
  print("p99 " .. latency:percentile(99) / 1000)
end
