local text, depth = ("()"):rep(tonumber(arg[1])), 0
for place = 1, #text do
  if text:byte(place) == 40 then depth = depth + 1 else depth = depth - 1 end
end
print(depth)
