local counts, seed, size = {}, 42, 0
for _ = 1, tonumber(arg[1]) do
  seed = seed * 16807 % 2147483647
  local outer, inner = seed % 64, seed // 640 % 20000
  local map = counts[outer]
  if not map then
    map = {}
    counts[outer] = map
  end
  if not map[inner] then size = size + 1 end
  map[inner] = (map[inner] or 0) + 1
end
print(size)
