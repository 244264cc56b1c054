local n, sum = tonumber(arg[1]), 0
local naturals = coroutine.wrap(function()
  local i = 0
  while true do
    i = i + 1
    coroutine.yield(i)
  end
end)
for _ = 1, n do sum = sum + naturals() end
print(sum)
