-module(restarts).
-export([main/1, init/1, start/1, serve/1]).
init([Client, N]) ->
    {ok, {#{strategy => one_for_one, intensity => N + 1, period => 1}, [#{id => server, start => {?MODULE, start, [Client]}}]}}.
start(Client) -> {ok, proc_lib:spawn_link(?MODULE, serve, [Client])}.
serve(Client) ->
    register(server, self()),
    Client ! up,
    receive _ -> exit(broken) end.
break(0) -> ok;
break(N) -> server ! break, receive up -> break(N - 1) end.

main([Size]) ->
    N = list_to_integer(Size),
    process_flag(trap_exit, true),
    {ok, S} = supervisor:start_link(?MODULE, [self(), N]),
    receive up -> ok end,
    break(N),
    io:format("~w~n", [N]),
    exit(S, shutdown),
    halt().
