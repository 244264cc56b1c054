local n, list, hash = tonumber(arg[1]), {}, 0
for i = n, 1, -1 do list[#list + 1] = i end
for i = 1, n do list[i] = list[i] * 3 end
local even = {}
for i = 1, n do
  if list[i] % 2 == 0 then even[#even + 1] = list[i] end
end
for i = #even, 1, -1 do hash = (even[i] + hash * 2) % 1000003 end
print(hash)
