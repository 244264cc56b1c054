local n = tonumber(arg[1])
local eval
local function look_up(index, scope)
  while true do
    if scope.kind == "empty" then return { kind = "number", value = 0 } end
    if index == 0 then return scope.value end
    index, scope = index - 1, scope.rest
  end
end
function eval(scope, term)
  local kind = term.kind
  if kind == "var" then return look_up(term.index, scope) end
  if kind == "lam" then return { kind = "function", body = term.body, scope = scope } end
  if kind == "zero" then return { kind = "number", value = 0 } end
  if kind == "next" then return { kind = "number", value = eval(scope, term.of).value + 1 } end
  local argument = eval(scope, term.argument)
  local f = eval(scope, term.fn)
  return eval({ kind = "bound", value = argument, rest = f.scope }, f.body)
end
local function var(index) return { kind = "var", index = index } end
local function lam(body) return { kind = "lam", body = body } end
local function app(f, x) return { kind = "app", fn = f, argument = x } end
local function church(k)
  local body = var(0)
  for _ = 1, k do body = app(var(1), body) end
  return lam(lam(body))
end
local step = lam({ kind = "next", of = var(0) })
local term = app(app(church(20), app(church(50), app(church(n), step))), { kind = "zero" })
print(eval({ kind = "empty" }, term).value)
