local n, seed, points = tonumber(arg[1]), 42, {}
for i = 1, n do
  seed = seed * 16807 % 2147483647
  points[i] = { x = seed % 10000 / 10000, y = seed // 7 % 10000 / 10000 }
end
local centres = {}
for i = 1, 8 do centres[i] = points[i] end
local total
for _ = 1, 10 do
  local sums = {}
  for i = 1, 8 do sums[i] = { x = 0.0, y = 0.0, count = 0.0 } end
  total = 0.0
  for _, p in ipairs(points) do
    local best, distance = 1, 1000.0
    for i, c in ipairs(centres) do
      local dx, dy = c.x - p.x, c.y - p.y
      local d = dy * dy + dx * dx
      if d < distance then best, distance = i, d end
    end
    local s = sums[best]
    s.x, s.y, s.count = p.x + s.x, p.y + s.y, s.count + 1
    total = distance + total
  end
  for i, s in ipairs(sums) do centres[i] = { x = s.x / s.count, y = s.y / s.count } end
end
print(math.floor(total / n * 1000000))
