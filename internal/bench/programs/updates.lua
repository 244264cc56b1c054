local state = { a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8 }
local function tick(s) s.c = s.c + 1 return s end
local function tock(s) s.h = s.h + 2 return s end
for _ = 1, 1000000 do state = tock(tick(state)) end
print(state.c .. " " .. state.h)
