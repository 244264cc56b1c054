local size, t = 300000, {}
for i = size, 1, -1 do t[#t + 1] = i end
for i = 1, size do t[i] = t[i] // 2 end
local sum = 0
for i = 1, size do local x = t[i] * 3; if x % 4 == 0 then sum = sum + x end end
print(sum)
