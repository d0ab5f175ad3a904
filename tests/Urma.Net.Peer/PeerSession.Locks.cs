namespace Urma.Net.Peer;

/// <content>Verbs of locks in shared memory. A lock lies at the start of a segment; words for the tests follow it.</content>
internal sealed partial class PeerSession
{
    private readonly Dictionary<string, GlobalLock> _locks = [];
    private readonly Dictionary<string, GlobalLockLease> _leases = [];

    private string? ExecuteLock(Command command) => command.Verb switch
    {
        "lock" => OpenLock(command),
        "lock-add" => AddLocked(command),
        "lock-read" => ReadLocked(command),
        "lock-enter" => EnterLock(command),
        "lock-exit" => ExitLock(command),
        _ => null,
    };

    private string OpenLock(Command command)
    {
        _locks[command.Text("id")] = GlobalLock.Open(_targets[command.Text("on")]);
        return "ok";
    }

    /// <summary>Adds to a word in two steps that only the lock keeps together, and looks whether the tokens grow.</summary>
    private unsafe string AddLocked(Command command)
    {
        GlobalLock held = _locks[command.Text("id")];
        using SegmentView view = _targets[command.Text("on")].Map();
        var words = (long*)(view.Address + GlobalLock.Size);
        int disorder = 0;
        int recovered = 0;
        int count = command.Int("count");
        for (int i = 0; i < count; i++)
        {
            using GlobalLockLease lease = held.Enter(TimeSpan.FromSeconds(60));
            long value = Volatile.Read(ref words[0]);
            disorder += lease.Token.Value > Volatile.Read(ref words[1]) ? 0 : 1;
            Volatile.Write(ref words[1], lease.Token.Value);
            recovered += lease.IsRecovered ? 1 : 0;
            Volatile.Write(ref words[0], value + 1);
        }

        return Ok($"disorder={disorder} recovered={recovered}");
    }

    /// <summary>Reads a pair that writers change together; counts how often it was torn.</summary>
    private unsafe string ReadLocked(Command command)
    {
        GlobalLock held = _locks[command.Text("id")];
        using SegmentView view = _targets[command.Text("on")].Map();
        var words = (long*)(view.Address + GlobalLock.Size);
        bool writes = command.Has("write");
        int torn = 0;
        for (int i = 0; i < command.Int("count"); i++)
        {
            bool writesNow = writes && i % 4 == 0;
            using GlobalLockLease lease = writesNow ? held.Enter(TimeSpan.FromSeconds(60)) : held.EnterRead(TimeSpan.FromSeconds(60));
            long first = Volatile.Read(ref words[2]);
            if (writesNow)
            {
                Volatile.Write(ref words[2], first + 1);
                Thread.SpinWait(10);
                Volatile.Write(ref words[3], first + 1);
            }
            else
            {
                Thread.SpinWait(10);
                torn += Volatile.Read(ref words[3]) == first ? 0 : 1;
            }
        }

        return Ok($"torn={torn}");
    }

    /// <summary>Enters and stays; on the thread of commands, or on one of its own that says when it is in.</summary>
    private string EnterLock(Command command)
    {
        GlobalLock wanted = _locks[command.Text("id")];
        TimeSpan timeout = TimeSpan.FromMilliseconds(command.Int("timeout", 60_000));
        GlobalLockLease lease = command.Has("read") ? wanted.EnterRead(timeout) : wanted.Enter(timeout);
        _leases[command.Text("id")] = lease;
        return Ok($"token={lease.Token.Value} recovered={lease.IsRecovered}");
    }

    private string ExitLock(Command command)
    {
        GlobalLockLease lease = _leases[command.Text("id")];
        bool held = lease.IsHeld;
        lease.Dispose();
        return Ok($"held={held}");
    }
}
