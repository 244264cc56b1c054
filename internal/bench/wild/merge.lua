local n = tonumber(arg[1])
local yield = coroutine.yield
local function multiples(step)
  local value = 0
  while true do
    value = value + step
    yield(value)
  end
end
local function merged(a, b)
  local x, y = a(), b()
  while true do
    if x <= y then
      yield(x)
      x = a()
    else
      yield(y)
      y = b()
    end
  end
end
local a = coroutine.wrap(function() multiples(3) end)
local b = coroutine.wrap(function() multiples(7) end)
local both = coroutine.wrap(function() merged(a, b) end)
local hash = 0
for _ = 1, n do hash = (hash * 31 + both()) % 1000003 end
print(hash)
