local n, row, sum = tonumber(arg[1]), {}, 0
for i = n, 1, -1 do row[#row + 1] = i end
for i = n, 1, -1 do sum = sum + row[i] end
print(sum)
