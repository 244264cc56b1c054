local n = tonumber(arg[1])
local function stays(cr, ci)
  local zr, zi = 0.0, 0.0
  for _ = 1, 60 do
    local zr2, zi2 = zr * zr, zi * zi
    if zr2 + zi2 > 4.0 then return false end
    zr, zi = zr2 - zi2 + cr, zr * zi * 2.0 + ci
  end
  return true
end
local found = 0
for y = 0, n - 1 do
  for x = 0, n - 1 do
    if stays(-1.5 + x * (2.0 / n), -1.0 + y * (2.0 / n)) then found = found + 1 end
  end
end
print(found)
