local n = tonumber(arg[1])
local parent = {}
for i = 0, n - 1 do parent[i] = i end
local function root(node)
  while parent[node] ~= node do
    parent[node] = parent[parent[node]]
    node = parent[node]
  end
  return node
end
local seed, parts = 42, n
for _ = 1, n do
  local one = seed * 16807 % 2147483647
  local two = one * 16807 % 2147483647
  seed = two
  local b, a = root(two % n), root(one % n)
  if a ~= b then
    parent[b] = a
    parts = parts - 1
  end
end
print(parts)
