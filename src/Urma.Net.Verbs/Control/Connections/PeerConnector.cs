using System.Net;
using System.Net.Sockets;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Verbs.Control;

/// <summary>Makes connections, on the threads of those that want them.</summary>
internal sealed class PeerConnector(EngineIdentity self, PeerEnvironment environment, IPeerService service)
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Dictionary<(Eid Eid, uint Uasid), TaskCompletionSource> _attempts = [];
    private volatile bool _closed;

    /// <summary>Our connection to an engine, made where there is none; whoever comes second waits for the first.</summary>
    /// <exception cref="UrmaException">There is no such engine, it refuses, or time is up.</exception>
    public ControlPeer GetPeer(Eid eid, uint uasid, TimeSpan timeout, CancellationToken ct)
    {
        if (uasid is 0 or > ushort.MaxValue)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"{uasid} (0x{uasid:x6}) is not the UASID of a verbs engine: it is a TCP port, 1 to {ushort.MaxValue}.");
        }

        var limit = new WaitLimit(timeout, ct);
        while (true)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(ControlPlane));
            TaskCompletionSource? mine = null;
            Task? others = null;
            lock (_gate)
            {
                if (environment.Table.FindOutgoing(eid, uasid) is { } peer)
                {
                    return peer;
                }

                if (_attempts.TryGetValue((eid, uasid), out TaskCompletionSource? attempt))
                {
                    others = attempt.Task;
                }
                else
                {
                    mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _attempts.Add((eid, uasid), mine);
                }
            }

            if (mine is not null)
            {
                return ConnectForAll(eid, uasid, mine, limit);
            }

            if (!others!.Wait(limit.Deadline.RemainingMilliseconds, ct))
            {
                throw limit.TooLate(Describe(eid, uasid));
            }
        }
    }

    /// <summary>A connection to whoever listens at an endpoint; it is in the table, and begun.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="purpose">What it must be there for.</param>
    /// <param name="what">What is wanted, for messages.</param>
    /// <param name="check">Throws where the other end is not the one that is wanted.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="isFindable">Whether <see cref="PeerTable.FindOutgoing"/> is to find it.</param>
    public ControlPeer Connect(
        IPEndPoint endpoint,
        HelloPurpose purpose,
        string what,
        Action<EngineIdentity>? check,
        WaitLimit limit,
        bool isFindable)
    {
        TcpChannel channel = OpenChannel(endpoint, what, limit);
        try
        {
            Hello hello = Greet(channel, purpose, what, limit);
            check?.Invoke(hello.Identity);
            var peer = new ControlPeer(hello.Identity, isOutgoing: true, channel, environment, service);
            ObjectDisposedException.ThrowIf(!environment.Table.TryAdd(peer, isFindable), typeof(ControlPlane));
            peer.Begin();
            return peer;
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>Ends attempts and refuses further ones.</summary>
    public void Close() => _closed = true;

    private static string Describe(Eid eid, uint uasid) => $"the engine {eid} port {uasid}";

    private ControlPeer ConnectForAll(Eid eid, uint uasid, TaskCompletionSource attempt, WaitLimit limit)
    {
        try
        {
            Span<byte> bytes = stackalloc byte[Eid.Size];
            eid.WriteTo(bytes);
            var address = new IPAddress(bytes);
            var endpoint = new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, (int)uasid);
            string what = Describe(eid, uasid);
            return Connect(endpoint, HelloPurpose.Engine, what, Check, limit, isFindable: true);
        }
        finally
        {
            lock (_gate)
            {
                _attempts.Remove((eid, uasid));
            }

            attempt.SetResult();
        }

        void Check(EngineIdentity identity)
        {
            if (identity.Eid != eid || identity.Uasid != uasid)
            {
                throw new UrmaException(
                    UrmaStatus.Failed,
                    $"At {eid} port {uasid} answers {identity}, which is known by another address: exchange descriptors again.");
            }
        }
    }

    private TcpChannel OpenChannel(IPEndPoint endpoint, string what, WaitLimit limit)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            try
            {
                socket.Connect(endpoint);
            }
            catch (SocketException started) when (started.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
            }

            WaitFor(socket, write: true, what, limit);
            int error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != 0)
            {
                throw new SocketException(error);
            }

            // A connection without a listener can meet itself, where the system chose the port it was going to.
            if (endpoint.Equals(socket.LocalEndPoint))
            {
                throw new SocketException((int)SocketError.ConnectionRefused);
            }

            return new TcpChannel(socket, endpoint);
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            bool isAbsent = error.SocketErrorCode == SocketError.ConnectionRefused;
            throw new UrmaException(
                error.SocketErrorCode == SocketError.TimedOut ? UrmaStatus.TimedOut : UrmaStatus.Failed,
                isAbsent
                    ? $"Cannot connect to {what}: nobody listens there. It has ended, or the descriptor is of another run."
                    : $"Cannot connect to {what}: {error.Message}.",
                isAbsent ? Libc.ECONNREFUSED : error.NativeErrorCode,
                error)
            {
                ProvesAbsence = isAbsent,
            };
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private Hello Greet(TcpChannel channel, HelloPurpose purpose, string what, WaitLimit limit)
    {
        byte[] bytes = new byte[Hello.Size];
        new Hello(Hello.CurrentVersion, purpose, HelloVerdict.Welcome, self).Write(bytes);
        if (channel.Send(bytes) != bytes.Length)
        {
            throw new UrmaException(UrmaStatus.Failed, $"The connection to {what} broke at once.");
        }

        for (int filled = 0; filled < bytes.Length;)
        {
            int count = channel.Receive(bytes.AsSpan(filled), out string? end);
            if (end is not null)
            {
                throw new UrmaException(UrmaStatus.Failed, $"Cannot connect to {what}: {end}.");
            }

            filled += count;
            if (count == 0)
            {
                WaitFor(channel.Socket, write: false, what, limit);
            }
        }

        if (!Hello.TryRead(bytes, out Hello hello))
        {
            throw new UrmaException(UrmaStatus.Failed, $"At {what} listens something that is not of Urma.Net: exchange descriptors again.");
        }

        if (hello.Version != Hello.CurrentVersion || hello.Verdict == HelloVerdict.OtherVersion)
        {
            throw new UrmaException(
                UrmaStatus.Failed,
                $"Cannot talk to {what}: it speaks version {hello.Version} of the control protocol, this end version {Hello.CurrentVersion}. "
                    + "Use the same release of Urma.Net on both ends.");
        }

        return hello.Verdict == HelloVerdict.Welcome && hello.Purpose == purpose ? hello : throw new UrmaException(
            UrmaStatus.Failed,
            hello.Verdict == HelloVerdict.Full
                ? $"Cannot connect to {what}: it has too many connections."
                : $"Cannot connect to {what}: it is there for something else ({hello.Purpose}).");
    }

    private void WaitFor(Socket socket, bool write, string what, WaitLimit limit)
    {
        int descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_closed, typeof(ControlPlane));
            Deadline slice = Deadline.After(TimeSpan.FromMilliseconds(Math.Min(Slice.TotalMilliseconds, limit.Deadline.RemainingMilliseconds)));
            if (write ? Readiness.WaitForWrite(descriptor, slice) : Readiness.WaitForRead(descriptor, slice))
            {
                return;
            }

            if (limit.Deadline.HasPassed)
            {
                throw limit.TooLate(what);
            }
        }
    }
}
