local function tak(x, y, z)
  if x <= y then return z end
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
end
local n = tonumber(arg[1])
print(tak(n, n * 2 // 3, n // 3))
