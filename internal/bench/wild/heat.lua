local n = tonumber(arg[1])
local rod = { 100.0 }
for i = 2, 1000 do rod[i] = 0.0 end
for _ = 1, n do
  local left = rod[1]
  for i = 2, #rod - 1 do
    local here = rod[i]
    rod[i] = here + (rod[i + 1] + left - here * 2.0) * 0.25
    left = here
  end
end
local sum = 0.0
for i = 1, #rod do sum = sum + rod[i] end
print(math.floor(sum * 1000))
