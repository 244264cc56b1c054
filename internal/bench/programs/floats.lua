local x = 0.5
for _ = 1, 20000000 do x = x * (1.0 - x) * 3.7 end
print(string.format("%.17g", x))
