local n, list, seed, hash = tonumber(arg[1]), {}, 42, 0
for i = 0, n - 1 do list[i] = i end
for i = n - 1, 1, -1 do
  seed = seed * 16807 % 2147483647
  local j = seed % (i + 1)
  list[i], list[j] = list[j], list[i]
end
for i = 0, n - 1 do hash = (hash * 31 + list[i]) % 1000003 end
print(hash)
