local function plus(a, s, b) return {x = a.x + s * b.x, y = a.y + s * b.y} end
local ball = {at = {x = 0.0, y = 0.0}, speed = {x = 1.0, y = 2.0}}
for _ = 1, 300000 do ball = {at = plus(ball.at, 0.001, ball.speed), speed = ball.speed} end
print(math.floor(ball.at.x + ball.at.y))
