local size, rounds, sum = tonumber(arg[1]), tonumber(arg[2]), 0
local m, k = {}, 42
for _ = 1, size do
  k = k * 16807 % 2147483647
  m[k] = 1
end
for _ = 1, rounds do
  local k = 42
  for _ = 1, size do
    k = k * 16807 % 2147483647
    sum = sum + m[k]
  end
end
print(sum)
