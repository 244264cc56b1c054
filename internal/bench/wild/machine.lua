local n = tonumber(arg[1])
local program = {
  { "load", 0, n }, { "load", 1, 0 }, { "load", 2, 1 }, { "load", 3, 100 }, { "load", 4, 0 }, { "add", 4, 0 }, { "rem", 4, 3 },
  { "add", 1, 4 }, { "sub", 3, 2 }, { "jumpif", 3, 4 }, { "sub", 0, 2 }, { "jumpif", 0, 13 }, { "stop" }, { "jump", 3 },
}
local r, place = { [0] = 0, 0, 0, 0, 0, 0, 0, 0 }, 0
while true do
  local op = program[place + 1]
  local kind, a, b = op[1], op[2], op[3]
  place = place + 1
  if kind == "load" then r[a] = b
  elseif kind == "add" then r[a] = r[a] + r[b]
  elseif kind == "sub" then r[a] = r[a] - r[b]
  elseif kind == "rem" then r[a] = r[a] % r[b]
  elseif kind == "jump" then place = a
  elseif kind == "jumpif" then
    if r[a] > 0 then place = b end
  else break end
end
print(r[1])
