local text, dots, rings = ("öå"):rep(tonumber(arg[1])), 0, 0
for _, code in utf8.codes(text) do
  if code == 246 then dots = dots + 1 else rings = rings + 1 end
end
print(dots)
print(rings)
