local sum = 0
for i = tonumber(arg[1]), 1, -1 do sum = sum + (i - (i & 1)) end
print(sum)
