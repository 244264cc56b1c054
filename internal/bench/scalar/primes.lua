local function prime(n)
  local d = 3
  while d * d <= n do
    if n % d == 0 then return false end
    d = d + 2
  end
  return true
end
local found = 1
for i = 3, tonumber(arg[1]), 2 do if prime(i) then found = found + 1 end end
print(found)
