%% The workloads with Erlang/OTP: plain processes and messages. Reads "name size" a line, answers "us time checksum" or
%% "bytes amount checksum". What each workload is, is said in shapes.mjs.
-module(bench).
-export([serve/0]).

-define(BURST, 1000000).
-define(RING_MEMBERS, 100).
-define(FORK_JOIN_ACTORS, 60).
-define(BIG_ACTORS, 200).
-define(ACCOUNTS, 1000).
-define(OPENING, 1000000000).
-define(TRANSFERS_AT_ONCE, 50000).

serve() ->
    io:format("~s~n", [erlang:system_info(otp_release)]),
    loop().

loop() ->
    case io:get_line("") of
        eof ->
            halt();
        Line ->
            [Name, Size] = string:lexemes(Line, " \n"),
            answer(Name, list_to_integer(Size)),
            loop()
    end.

answer("idle", Size) ->
    {Bytes, Sum} = in_process(fun() -> idle(Size) end),
    io:format("bytes ~w ~w~n", [Bytes, Sum]);
answer(Name, Size) ->
    {Micros, Sum} = in_process(fun() ->
        Start = erlang:monotonic_time(microsecond),
        Checksum = run(Name, Size),
        {erlang:monotonic_time(microsecond) - Start, Checksum}
    end),
    io:format("us ~w ~w~n", [Micros, Sum]).

%% Each run has a process with a heap of its own.
in_process(Fun) ->
    Self = self(),
    Pid = spawn(fun() -> Self ! {self(), Fun()} end),
    receive
        {Pid, Result} -> Result
    end.

run("counting", Size) -> counting(Size);
run("pingPong", Size) -> ping_pong(Size);
run("threadRing", Size) -> thread_ring(Size);
run("forkJoin", Size) -> fork_join(Size);
run("big", Size) -> big(Size);
run("banking", Size) -> banking(Size);
run("create40", Size) -> create(Size);
run("create200", Size) -> create(Size).

%% The checksum of every workload, on 32 bits.
mix(Checksum, Value) -> (Checksum * 31 + Value) band 16#FFFFFFFF.

signed(Word) when Word >= 16#80000000 -> Word - 16#100000000;
signed(Word) -> Word.

next_seed(Seed) -> (Seed * 1664525 + 1013904223) band 16#FFFFFFFF.

chosen(Seed, Among) -> (Seed bsr 8) rem Among.

%% ── Counting

counting(Size) ->
    Self = self(),
    Counter = spawn(fun() -> count(Self, Size, 0, 0) end),
    send_bursts(Counter, Size, 0).

send_bursts(Counter, Size, Sent) ->
    End = min(Size, Sent + ?BURST),
    send_from(Counter, Sent, End),
    receive
        grant -> send_bursts(Counter, Size, End);
        {finished, Sum} -> Sum
    end.

send_from(_, End, End) -> ok;
send_from(Counter, N, End) ->
    Counter ! {increment, N},
    send_from(Counter, N + 1, End).

count(Source, Size, Size, Sum) -> Source ! {finished, Sum};
count(Source, Size, Seen, Sum) ->
    receive
        {increment, N} ->
            Now = Seen + 1,
            case Now rem ?BURST of
                0 when Now < Size -> Source ! grant;
                _ -> ok
            end,
            case N of
                Seen -> count(Source, Size, Now, Sum + N);
                _ -> count(Source, Size, Now, Sum)
            end
    end.

%% ── Ping-pong

ping_pong(Size) ->
    Ponger = spawn(fun pong/0),
    InOrder = ping(Ponger, Size, 0),
    Ponger ! stop,
    InOrder.

ping(_, 0, InOrder) -> InOrder;
ping(Ponger, Left, InOrder) ->
    Ponger ! {ping, Left, self()},
    receive
        {pong, Left} -> ping(Ponger, Left - 1, InOrder + 1);
        {pong, _} -> ping(Ponger, Left - 1, InOrder)
    end.

pong() ->
    receive
        {ping, N, From} ->
            From ! {pong, N},
            pong();
        stop ->
            ok
    end.

%% ── Thread ring

thread_ring(Size) ->
    Home = self(),
    First = spawn(fun() ->
        receive
            {join, Next} -> pass(Next, Home)
        end
    end),
    Second = lists:foldl(
        fun(_, Next) -> spawn(fun() -> pass(Next, Home) end) end,
        First,
        lists:seq(2, ?RING_MEMBERS)
    ),
    First ! {join, Second},
    First ! {token, Size, 0},
    receive
        {finished, Sum} ->
            First ! stop,
            signed(Sum)
    end.

pass(Next, Home) ->
    receive
        {token, 1, Sum} ->
            Home ! {finished, mix(Sum, 1)},
            pass(Next, Home);
        {token, Left, Sum} ->
            Next ! {token, Left - 1, mix(Sum, Left)},
            pass(Next, Home);
        stop ->
            Next ! stop
    end.

%% ── Fork-join throughput

fork_join(Size) ->
    Home = self(),
    Legs = [spawn(fun() -> leg(Home, Size, 0) end) || _ <- lists:seq(1, ?FORK_JOIN_ACTORS)],
    work(Legs, 0, Size),
    lists:sum([
        receive
            {done, Sum} -> signed(Sum)
        end
     || _ <- Legs
    ]).

work(_, Size, Size) -> ok;
work(Legs, N, Size) ->
    [Leg ! {work, N} || Leg <- Legs],
    work(Legs, N + 1, Size).

leg(Home, 0, Sum) -> Home ! {done, Sum};
leg(Home, Left, Sum) ->
    receive
        {work, N} -> leg(Home, Left - 1, mix(Sum, N))
    end.

%% ── Big

big(Size) ->
    Host = self(),
    Guests = [spawn(fun() -> guest(Host, Place, Size) end) || Place <- lists:seq(0, ?BIG_ACTORS - 1)],
    Table = list_to_tuple(Guests),
    [Guest ! {meet, Table} || Guest <- Guests],
    [Guest ! start || Guest <- Guests],
    [receive done -> ok end || _ <- Guests],
    [Guest ! count || Guest <- Guests],
    lists:sum([
        receive
            {counted, Pings, Pongs} -> Pings + Pongs
        end
     || _ <- Guests
    ]).

guest(Host, Place, Size) ->
    receive
        {meet, Table} -> party(Host, Place, Size, Table, Place, 0, 0, 0)
    end.

party(Host, Place, Size, Table, Seed, Sent, Pings, Pongs) ->
    receive
        {ping, N, From} ->
            From ! {pong, N},
            party(Host, Place, Size, Table, Seed, Sent, Pings + N, Pongs);
        {pong, N} ->
            Sum =
                case N of
                    Sent -> Pongs + N;
                    _ -> Pongs
                end,
            case Sent of
                Size ->
                    Host ! done,
                    party(Host, Place, Size, Table, Seed, Sent, Pings, Sum);
                _ ->
                    Next = ping_somebody(Table, Place, Seed, Sent + 1),
                    party(Host, Place, Size, Table, Next, Sent + 1, Pings, Sum)
            end;
        start ->
            Next = ping_somebody(Table, Place, Seed, 1),
            party(Host, Place, Size, Table, Next, 1, Pings, Pongs);
        count ->
            Host ! {counted, Pings, Pongs}
    end.

ping_somebody(Table, Place, Seed, N) ->
    Next = next_seed(Seed),
    Chosen = chosen(Next, ?BIG_ACTORS - 1),
    Other =
        if
            Chosen < Place -> Chosen;
            true -> Chosen + 1
        end,
    element(Other + 1, Table) ! {ping, N, self()},
    Next.

%% ── Banking

banking(Size) ->
    Teller = self(),
    Accounts = list_to_tuple([spawn(fun() -> account(Teller, ?OPENING) end) || _ <- lists:seq(1, ?ACCOUNTS)]),
    order(Accounts, Size, 0, 1, 0).

order(Accounts, Size, Size, _, Sum) ->
    [Account ! show || Account <- tuple_to_list(Accounts)],
    lists:foldl(
        fun(_, Total) ->
            receive
                {holds, Balance} -> Total + Balance
            end
        end,
        Sum,
        lists:seq(1, ?ACCOUNTS)
    );
order(Accounts, Size, Ordered, Seed, Sum) ->
    End = min(Size, Ordered + ?TRANSFERS_AT_ONCE),
    Next = transfers(Accounts, Ordered, End, Seed),
    order(Accounts, Size, End, Next, answers(End - Ordered, Sum)).

transfers(_, End, End, Seed) -> Seed;
transfers(Accounts, N, End, Seed) ->
    First = next_seed(Seed),
    Second = next_seed(First),
    Source = chosen(First, ?ACCOUNTS),
    Target = (Source + 1 + chosen(Second, ?ACCOUNTS - 1)) rem ?ACCOUNTS,
    element(Source + 1, Accounts) ! {transfer, N, 1 + (N band 1023), element(Target + 1, Accounts)},
    transfers(Accounts, N + 1, End, Second).

answers(0, Sum) -> Sum;
answers(Left, Sum) ->
    receive
        {transferred, N} -> answers(Left - 1, Sum + N)
    end.

account(Teller, Balance) ->
    receive
        {transfer, N, Amount, Target} ->
            Target ! {credit, N, Amount, self()},
            account(Teller, Balance - Amount);
        {credit, N, Amount, Source} ->
            Source ! {credited, N},
            account(Teller, Balance + Amount);
        {credited, N} ->
            Teller ! {transferred, N},
            account(Teller, Balance);
        show ->
            Teller ! {holds, Balance}
    end.

%% ── Create, and what one weighs

create(Size) ->
    Children = populate(Size),
    Sum = births(Size, 0),
    [Child ! stop || Child <- Children],
    Sum.

populate(Size) ->
    Home = self(),
    [
        begin
            Child = spawn(fun child/0),
            Child ! {hello, N, Home},
            Child
        end
     || N <- lists:seq(0, Size - 1)
    ].

births(0, Sum) -> Sum;
births(Left, Sum) ->
    receive
        {born, N} -> births(Left - 1, Sum + N)
    end.

child() ->
    receive
        {hello, N, From} ->
            From ! {born, N},
            child();
        stop ->
            ok
    end.

idle(Size) ->
    Before = erlang:memory(processes),
    Children = populate(Size),
    Sum = births(Size, 0),
    garbage_collect(),
    Bytes = (erlang:memory(processes) - Before) div Size,
    [Child ! stop || Child <- Children],
    {Bytes, Sum}.
