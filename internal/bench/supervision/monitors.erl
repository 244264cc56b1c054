-module(monitors).
-export([main/1]).
watch(0, Sum) -> Sum;
watch(Left, Sum) ->
    {_, Ref} = spawn_monitor(fun() -> exit({left, Left + 1}) end),
    receive {'DOWN', Ref, process, _, {left, N}} -> watch(Left - 1, Sum + N) end.

main([Size]) -> io:format("~w~n", [watch(list_to_integer(Size), 0)]),
    halt().
