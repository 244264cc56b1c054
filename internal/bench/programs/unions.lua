local function grow(d) if d == 0 then return false end return { grow(d - 1), d, grow(d - 1) } end
local function total(t) if not t then return 0 end return total(t[1]) + t[2] + total(t[3]) end
print(total(grow(18)))
