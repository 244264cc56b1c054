for i = tonumber(arg[1]), 1, -1 do io.write(i, "\n") end
