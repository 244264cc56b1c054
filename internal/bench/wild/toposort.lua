local n = tonumber(arg[1])
local nexts, missing, seed = {}, {}, 42
for task = n, 1, -1 do
  for _ = 1, 3 do
    seed = seed * 16807 % 2147483647
    local to = task + seed % 50 + 1
    missing[to] = (missing[to] or 0) + 1
    local l = nexts[task]
    if not l then
      l = {}
      nexts[task] = l
    end
    l[#l + 1] = to
  end
end
local queue = {}
for task = n + 50, 1, -1 do
  if not missing[task] then queue[#queue + 1] = task end
end
local i, hash = 1, 0
while i <= #queue do
  local task = queue[i]
  hash = (hash * 31 + task) % 1000003
  for _, to in ipairs(nexts[task] or {}) do
    local left = missing[to] - 1
    if left == 0 then
      queue[#queue + 1] = to
      missing[to] = nil
    else
      missing[to] = left
    end
  end
  i = i + 1
end
print(hash)
