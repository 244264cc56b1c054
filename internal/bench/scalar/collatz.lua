local longest = 0
for i = tonumber(arg[1]), 1, -1 do
  local n, steps = i, 0
  while n ~= 1 do
    if n & 1 == 0 then n = n // 2 else n = 3 * n + 1 end
    steps = steps + 1
  end
  if steps > longest then longest = steps end
end
print(longest)
