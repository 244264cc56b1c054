local n, road, cars, seed, way = tonumber(arg[1]), 1000, {}, 42, 0
for i = 0, 199 do cars[i + 1] = { place = i * 5, speed = 0 } end
for _ = 1, n do
  local first = cars[1].place
  for i = 1, #cars do
    local car = cars[i]
    local ahead = i == #cars and first or cars[i + 1].place
    local gap = (ahead - car.place - 1 + road) % road
    seed = seed * 16807 % 2147483647
    local speed = car.speed + 1
    if speed > 5 then speed = 5 end
    if speed > gap then speed = gap end
    if seed % 7 == 0 and speed > 0 then speed = speed - 1 end
    car.speed = speed
    car.place = (car.place + speed) % road
    way = way + speed
  end
end
print(way)
local stand = 0
for _, car in ipairs(cars) do
  if car.speed == 0 then stand = stand + 1 end
end
print(stand)
