local size, rounds, sum = tonumber(arg[1]), tonumber(arg[2]), 0
local m, k = {}, 0
for _ = 1, size do
  k = k + 1
  m[k] = 1
end
for _ = 1, rounds do
  local k = 0
  for _ = 1, size do
    k = k + 1
    sum = sum + m[k]
  end
end
print(sum)
