local size, rounds, sum = tonumber(arg[1]), tonumber(arg[2]), 0
for _ = 1, rounds do
  local m, k = {}, 42
  for _ = 1, size do
    k = k * 16807 % 2147483647
    m[k] = 1
  end
  sum = sum + size
end
print(sum)
