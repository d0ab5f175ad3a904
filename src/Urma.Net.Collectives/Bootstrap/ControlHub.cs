using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>
/// The middle of the star: accepts the ranks of one communicator, passes on what they exchange, notices who ends, and decides which fault was the
/// first. A thread of its own, which ends when all ranks have gone.
/// </summary>
/// <remarks>Everything but the static members and <see cref="Discard"/> happens on that thread.</remarks>
#pragma warning disable CA1001 // The thread disposes what it uses, at its end.
internal sealed partial class ControlHub
#pragma warning restore CA1001
{
    private const ulong LocalToken = 0;
    private const ulong RemoteToken = 1;
    private const ulong FirstMemberToken = 2;

    private static readonly ConcurrentDictionary<UInt128, ControlHub> _ofThisProcess = new();

    private readonly UniqueId _id;
    private readonly HubSockets _sockets;
    private readonly Epoller _epoller = new();
    private readonly Dictionary<ulong, HubMember> _connections = [];
    private readonly Lock _endGate = new();
    private ulong _nextToken = FirstMemberToken;
    private bool _isListening = true;
    private bool _hasEnded;
    private volatile bool _isDiscarded;
    private long _end;
    private int _planesOfThisProcess;

    private ControlHub(UniqueId id, HubSockets sockets)
    {
        (_id, _sockets) = (id, sockets);
        _end = Environment.TickCount64 + ControlLimits.FirstRank;
        if (sockets.Local is { } local)
        {
            _epoller.Add((int)local.Handle, LocalToken);
        }

        if (sockets.Remote is { } remote)
        {
            _epoller.Add((int)remote.Handle, RemoteToken);
        }
    }

    /// <summary>Makes an id and begins to listen for its ranks.</summary>
    public static UniqueId Create(IPAddress? address)
    {
        try
        {
            Start(HubSockets.ForNewId(address, out UniqueId id), id);
            return id;
        }
        catch (SocketException error)
        {
            throw new CollectiveException(UrmaStatus.Failed, $"No id could be made: this process cannot listen for other ranks ({error.Message}).", error);
        }
    }

    /// <summary>Begins to listen for the ranks of an id that all of them have made.</summary>
    /// <exception cref="SocketException">Its name or port is taken, or its host is another machine.</exception>
    public static ControlHub Open(UniqueId id) => Start(HubSockets.ForCommonId(id), id);

    /// <summary>Begins to listen for the ranks of an id at sockets that are there already.</summary>
    public static ControlHub Open(HubSockets sockets, UniqueId id) => Start(sockets, id);

    /// <summary>The hub of an id, if it is in this process.</summary>
    public static ControlHub? Find(UniqueId id) => _ofThisProcess.GetValueOrDefault(id.PublicPart());

    /// <summary>Ends the hub unless all ranks have joined.</summary>
    public void Discard()
    {
        _isDiscarded = true;
        lock (_endGate)
        {
            if (!_hasEnded)
            {
                _epoller.Wake();
            }
        }
    }

    /// <summary>Counts a rank of this process; the last of them to leave waits for those of other processes.</summary>
    public void Enter() => Interlocked.Increment(ref _planesOfThisProcess);

    /// <returns>Whether no rank of this process is left.</returns>
    public bool Exit() => Interlocked.Decrement(ref _planesOfThisProcess) == 0;

    private static ControlHub Start(HubSockets sockets, UniqueId id)
    {
        ControlHub hub;
        try
        {
            hub = new ControlHub(id, sockets);
        }
        catch
        {
            sockets.Dispose();
            throw;
        }

        _ofThisProcess[id.PublicPart()] = hub;
        new Thread(hub.Run) { IsBackground = true, Name = "urma-coll-hub" }.Start();
        return hub;
    }

    private void Run()
    {
        Span<ulong> ready = stackalloc ulong[Epoller.MaximumReady];
        while (!IsOver())
        {
            int count = _epoller.Wait(ready, (int)Math.Clamp(NextDeadline() - Environment.TickCount64, 0, 60_000));
            foreach (ulong token in ready[..count])
            {
                if (token is LocalToken or RemoteToken)
                {
                    Accept(token);
                }
                else if (_connections.TryGetValue(token, out HubMember? member))
                {
                    Serve(member);
                }
            }

            CheckDeadlines();
        }

        End();
    }

    private bool IsOver()
    {
        if (_isDiscarded && !IsComplete && _fault is null)
        {
            Decide(new CommunicatorFault(CommunicatorFaultKind.Aborted, -1, $"The id {_id.Describe()} was withdrawn before all ranks had joined."));
        }

        bool nobodyIsLeft = _size != 0 && _members.All(static m => m is null || m.IsGone);
        return Environment.TickCount64 >= _end || (nobodyIsLeft && (IsComplete || _fault is not null));
    }

    private long NextDeadline()
    {
        long next = _end;
        if (_pending is not null)
        {
            next = Math.Min(next, _statesEnd);
        }

        foreach (HubMember member in _connections.Values)
        {
            next = member.HasJoined ? next : Math.Min(next, member.Deadline);
        }

        return next;
    }

    private void CheckDeadlines()
    {
        long now = Environment.TickCount64;
        if (_pending is not null && now >= _statesEnd)
        {
            DecidePending();
        }

        foreach (HubMember member in _connections.Values.Where(m => !m.HasJoined && now >= m.Deadline).ToArray())
        {
            Drop(member);
        }
    }

    private void Accept(ulong listener)
    {
        if (!_isListening)
        {
            return;
        }

        Socket? socket = null;
        try
        {
            socket = (listener == LocalToken ? _sockets.Local : _sockets.Remote)?.Accept();
            if (socket is null)
            {
                return;
            }

            if (listener == LocalToken)
            {
                PeerCredentials.Of((int)socket.Handle).EnsureSameUser();
            }

            if (_connections.Values.Count(static m => !m.HasJoined) >= ControlLimits.Strangers)
            {
                Drop(_connections.Values.Where(static m => !m.HasJoined).MinBy(static m => m.Token)!);
            }

            var member = new HubMember(new ControlLink(socket), _nextToken++, Environment.TickCount64 + ControlLimits.Handshake);
            _epoller.Add(member.Link.Descriptor, member.Token);
            _connections.Add(member.Token, member);
        }
        catch (Exception error) when (error is SocketException or UrmaException)
        {
            // Somebody who went again, another user, or no descriptors for a moment: which must not become a busy loop.
            socket?.Dispose();
            if (error is not SocketException { SocketErrorCode: SocketError.WouldBlock or SocketError.ConnectionAborted })
            {
                Thread.Sleep(5);
            }
        }
    }

    private void Serve(HubMember member)
    {
        bool goesOn = member.Link.Flush() && member.Link.Receive();
        try
        {
            while (!member.IsGone && !member.IsRefused && member.Link.TryTake(out ControlFrame frame))
            {
                if (member.HasJoined)
                {
                    OnFrame(member, frame);
                }
                else
                {
                    OnHandshake(member, frame);
                }
            }
        }
        catch (InvalidDataException)
        {
            goesOn = false;
        }

        if (!goesOn || (member.IsRefused && !member.Link.IsCongested))
        {
            Drop(member);
        }
        else if (!member.IsGone)
        {
            WatchRoom(member);
        }
    }

    private void Send(HubMember member, ReadOnlyMemory<byte> frame)
    {
        // Whoever has gone is noticed when its socket is read.
        if (!member.IsGone)
        {
            _ = member.Link.Send(frame);
            WatchRoom(member);
        }
    }

    private void SendToAll(byte[] frame)
    {
        foreach (HubMember? member in _members)
        {
            if (member is not null)
            {
                Send(member, frame);
            }
        }
    }

    private void WatchRoom(HubMember member)
    {
        if (member.WatchesRoom != member.Link.IsCongested)
        {
            member.WatchesRoom = member.Link.IsCongested;
            _epoller.Modify(member.Link.Descriptor, member.Token, member.WatchesRoom);
        }
    }

    private void Drop(HubMember member)
    {
        if (!member.IsGone)
        {
            member.IsGone = true;
            _ = _connections.Remove(member.Token);
            _epoller.Remove(member.Link.Descriptor);
            member.Dispose();
            if (member.HasJoined)
            {
                OnGone(member);
            }
        }
    }

    private void StopListening()
    {
        if (_isListening)
        {
            _isListening = false;
            CloseRemote();
            if (_sockets.Local is { } local)
            {
                _epoller.Remove((int)local.Handle);
                local.Dispose();
            }

            _ = _ofThisProcess.TryRemove(new KeyValuePair<UInt128, ControlHub>(_id.PublicPart(), this));
        }
    }

    private void CloseRemote()
    {
        if (_sockets.Remote is { } remote)
        {
            _epoller.Remove((int)remote.Handle);
            _sockets.CloseRemote();
        }
    }

    private void End()
    {
        StopListening();
        foreach (HubMember member in _connections.Values.ToArray())
        {
            member.IsGone = true;
            member.Dispose();
        }

        lock (_endGate)
        {
            _hasEnded = true;
            _epoller.Dispose();
        }
    }
}
