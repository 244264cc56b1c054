local n = tonumber(arg[1])
local function node(value, a, b)
  if (a and a.rank or 0) < (b and b.rank or 0) then a, b = b, a end
  return { rank = (b and b.rank or 0) + 1, value = value, left = a, right = b }
end
local function merge(a, b)
  if not b then return a end
  if not a then return b end
  if b.value <= a.value then return node(b.value, b.left, merge(b.right, a)) end
  return node(a.value, a.left, merge(a.right, b))
end
local heap, seed = nil, 42
for _ = 1, n do
  seed = seed * 16807 % 2147483647
  heap = merge(heap, { rank = 1, value = seed })
end
local hash = 0
while heap do
  hash = (hash * 31 + heap.value) % 1000003
  heap = merge(heap.left, heap.right)
end
print(hash)
