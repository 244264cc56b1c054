local gen = coroutine.wrap(function() local i = 1; while true do coroutine.yield(i); i = i + 1 end end)
local sum = 0
for _ = 1, 200000 do sum = sum + gen() end
print(sum)
