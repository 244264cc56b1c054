-module(crowd).
-export([main/1]).
count(0, N) -> N;
count(Left, N) -> receive {'DOWN', _, process, _, {ended, _}} -> count(Left - 1, N + 1); {'DOWN', _, process, _, ended} -> count(Left - 1, N + 1) end.

main([Size]) ->
    N = list_to_integer(Size),
    All = [element(1, spawn_monitor(fun() -> receive go -> exit(ended) end end)) || _ <- lists:seq(1, N)],
    [P ! go || P <- All],
    io:format("~w~n", [count(N, 0)]),
    halt().
