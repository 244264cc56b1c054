local n, map, seed, sum = tonumber(arg[1]), {}, 42, 0
for _ = 1, n do
  seed = seed * 16807 % 2147483647
  map[seed] = seed
end
seed = 42
for _ = 1, n do
  seed = seed * 16807 % 2147483647
  sum = sum + map[seed]
end
print(sum)
