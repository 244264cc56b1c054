local sums = { 0 }
for i = 1, tonumber(arg[1]) - 1 do sums[#sums + 1] = (sums[#sums] + i * i) % 1000003 end
print(sums[#sums])
