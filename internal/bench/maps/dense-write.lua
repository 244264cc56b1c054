local size, rounds, sum = tonumber(arg[1]), tonumber(arg[2]), 0
for _ = 1, rounds do
  local m, k = {}, 0
  for _ = 1, size do
    k = k + 1
    m[k] = 1
  end
  sum = sum + size
end
print(sum)
