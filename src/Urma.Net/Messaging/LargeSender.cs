using System.Buffers.Binary;

namespace Urma.Net.Messaging;

/// <summary>Large messages, sending side: the buffers that the peer granted.</summary>
internal sealed class LargeSender : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MessageChannel _channel;
    private readonly TargetSegment?[] _imports = new TargetSegment?[MessageChannelOptions.MaxLargeBuffers];
    private readonly bool[] _granted = new bool[MessageChannelOptions.MaxLargeBuffers];
    private long _wanted;
    private ushort _asked;
    private string? _refusal;
    private bool _disposed;

    public LargeSender(MessageChannel channel)
    {
        _channel = channel;
    }

    /// <summary>Takes the smallest granted buffer that is long enough. False where there is none.</summary>
    /// <exception cref="UrmaException">The peer refused to grant one.</exception>
    public bool TryTake(long length, out int buffer, out TargetSegment target)
    {
        lock (_lock)
        {
            buffer = -1;
            for (int i = 0; i < _granted.Length; i++)
            {
                if (_granted[i] && _imports[i]!.Length >= length && (buffer < 0 || _imports[i]!.Length < _imports[buffer]!.Length))
                {
                    buffer = i;
                }
            }

            if (buffer >= 0)
            {
                _granted[buffer] = false;
                target = _imports[buffer]!;
                return true;
            }

            target = null!;
            if (_refusal is { } refusal)
            {
                bool isOurs = _wanted == Math.Max(1, length);
                _refusal = null;
                _wanted = 0;

                // It may have been for a message that its sender tried once and gave up: this one is asked for anew.
                if (!isOurs)
                {
                    return false;
                }

                throw new UrmaException(UrmaStatus.OutOfMemory, $"{_channel.PeerName} does not take the message. {refusal}");
            }

            return false;
        }
    }

    /// <summary>A buffer that was taken holds no message after all: the next one may have it.</summary>
    public void PutBack(int buffer)
    {
        lock (_lock)
        {
            _granted[buffer] = !_disposed;
        }
    }

    /// <summary>
    /// Whether the peer must be asked for a buffer of this length: it was not yet, or buffers came since that are too short and
    /// have to go back. Those are given up here.
    /// </summary>
    public bool TryAsk(long length, out uint returned, out ushort number)
    {
        lock (_lock)
        {
            returned = 0;
            number = 0;
            for (int i = 0; i < _granted.Length; i++)
            {
                returned |= _granted[i] ? 1u << i : 0;
            }

            if (returned == 0 && _wanted >= length && _wanted != 0)
            {
                return false;
            }

            Array.Clear(_granted);
            _wanted = Math.Max(1, length);
            _refusal = null;
            number = ++_asked;
            return true;
        }
    }

    /// <summary>The message that was asked for is not sent: an answer to the question, here or under way, is nobody's.</summary>
    public void GiveUp()
    {
        lock (_lock)
        {
            _wanted = 0;
            _refusal = null;
        }
    }

    /// <summary>The peer granted a buffer; with its descriptor if it is new. Called while polling.</summary>
    public void OnGrant(int buffer, long capacity, ReadOnlySpan<byte> tail)
    {
        if ((uint)buffer >= (uint)_granted.Length)
        {
            _channel.SetFault($"it granted large buffer {buffer}, which cannot be");
            return;
        }

        if (tail.IsEmpty)
        {
            bool known;
            lock (_lock)
            {
                known = _imports[buffer] is { } import && import.Length == capacity;
                if (known)
                {
                    Grant(buffer);
                }
            }

            if (!known)
            {
                _channel.SetFault($"it granted large buffer {buffer} without ever describing it");
            }
            else
            {
                _channel.Advance();
            }

            return;
        }

        Import(buffer, capacity, tail);
    }

    public void OnRefused(ushort number, string text)
    {
        lock (_lock)
        {
            if (_wanted == 0 || number != _asked)
            {
                return;
            }

            _refusal = text;
        }

        _channel.Advance();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (TargetSegment? import in _imports)
            {
                import?.Dispose();
            }

            Array.Clear(_imports);
            Array.Clear(_granted);
        }
    }

    private void Grant(int buffer)
    {
        _granted[buffer] = true;
        if (_imports[buffer]!.Length >= _wanted)
        {
            _wanted = 0;
        }
    }

    private void Import(int buffer, long capacity, ReadOnlySpan<byte> tail)
    {
        SegmentDescriptor descriptor;
        Token token;
        try
        {
            descriptor = SegmentDescriptor.Read(tail);
            token = new Token(BinaryPrimitives.ReadUInt32LittleEndian(tail[SegmentDescriptor.Size..]));
        }
        catch (Exception error) when (error is UrmaException or ArgumentOutOfRangeException)
        {
            _channel.SetFault($"it described large buffer {buffer} in a way that cannot be read");
            return;
        }

        if (!_channel.IsPeer(descriptor.Eid, descriptor.Uasid) || descriptor.Length != capacity)
        {
            _channel.SetFault($"it granted large buffer {buffer}, which is not its own");
            return;
        }

        // Importing asks the owner and waits for its answer: not on a thread that polls.
        ThreadPool.UnsafeQueueUserWorkItem(
            static job => job.Sender.FinishImport(job.Buffer, job.Descriptor, job.Token),
            (Sender: this, Buffer: buffer, Descriptor: descriptor, Token: token),
            preferLocal: false);
    }

    private void FinishImport(int buffer, SegmentDescriptor descriptor, Token token)
    {
        try
        {
            TargetSegment import = _channel.Context.ImportSegment(descriptor, token);
            TargetSegment? stale;
            lock (_lock)
            {
                stale = _disposed ? import : _imports[buffer];
                if (!_disposed)
                {
                    _imports[buffer] = import;
                    Grant(buffer);
                }
            }

            stale?.Dispose();
        }
#pragma warning disable CA1031 // whatever it is, it must not end the process, and whoever waits must hear of it
        catch (Exception error)
        {
            // The peer counts the buffer as granted and would never offer it again. A peer that closed meanwhile said so before its
            // memory went: that is the better reason, so look for it first.
            _channel.Watch();
            _channel.SetFault($"large buffer {buffer}, {descriptor.Length} bytes that it granted, could not be imported: {error.Message}");
        }
#pragma warning restore CA1031

        _channel.Advance();
        _channel.WakeSender();
    }
}
