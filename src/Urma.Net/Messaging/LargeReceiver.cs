using System.Buffers.Binary;
using System.Numerics;

namespace Urma.Net.Messaging;

// Large messages, receiving side. The receiver grants a buffer; the sender writes into it and says that it is filled.
//
//   None    -> [the sender wants one]  -> Granted    (allocated by the thread pool, announced with its descriptor)
//   Granted -> [Filled arrives]        -> Leased
//   Leased  -> [lease disposed]        -> Granted    (granted again unasked, so that a stream of messages pays no round trip)
//   Granted -> [given back with Want]  -> Free
//   Free    -> [wanted, long enough]   -> Granted
//   Free    -> [wanted, too short]     -> None -> Granted
//
// No step waits for the peer: when it dies, the channel closes and the buffers go with it.

/// <summary>The large buffers of a channel.</summary>
internal sealed class LargeReceiver : IThreadPoolWorkItem, IDisposable
{
    private enum BufferState
    {
        None,
        Free,
        Granted,
        Leased,
    }

    private const long Smallest = 64 << 10;
    private const long Step = 2 << 20;

    // Above this a second buffer for overlap is not worth its memory.
    private const long LongestDouble = 16 << 20;

    private readonly Lock _lock = new();
    private readonly MessageChannel _channel;
    private readonly long _maxLength;
    private readonly Segment?[] _memory;
    private readonly BufferState[] _states;
    private readonly bool[] _announced;
    private long _wanted;
    private ushort _number;
    private bool _isGuess;
    private bool _working;
    private bool _disposed;

    public LargeReceiver(MessageChannel channel, MessageChannelOptions options)
    {
        _channel = channel;
        _maxLength = Math.Min(options.MaxMessageLength, channel.Context.Capabilities.MaxMessageLength);
        _memory = new Segment?[options.LargeBuffers];
        _states = new BufferState[options.LargeBuffers];
        _announced = new bool[options.LargeBuffers];
    }

    /// <summary>The sender needs a buffer and gives some back.</summary>
    public void OnWant(long length, uint returned, ushort number)
    {
        bool accepted = length >= 0 && length <= _maxLength;
        lock (_lock)
        {
            // Even with a length that is refused: the sender holds these no more.
            for (int i = 0; i < _states.Length; i++)
            {
                if ((returned & (1u << i)) != 0 && _states[i] == BufferState.Granted)
                {
                    _states[i] = BufferState.Free;
                }
            }

            if (accepted)
            {
                _wanted = CapacityFor(length);
                _number = number;
                _isGuess = false;
            }
        }

        if (!accepted)
        {
            Refuse(length, number, $"messages of more than {_maxLength} bytes are not accepted (MessageChannelOptions.MaxMessageLength, within the provider's limit)");
        }

        // After a refusal, too: a length wanted before may be waiting for what was given back.
        Schedule();
    }

    /// <summary>A buffer holds a message now, if it was the sender's to fill.</summary>
    public bool TryFill(int buffer, long length, out nint address)
    {
        bool another;
        lock (_lock)
        {
            address = 0;
            if ((uint)buffer >= (uint)_states.Length || _states[buffer] != BufferState.Granted || length < 0 || length > _memory[buffer]!.Length)
            {
                return false;
            }

            _states[buffer] = BufferState.Leased;
            address = _memory[buffer]!.Address;
            long capacity = _memory[buffer]!.Length;
            another = _wanted == 0 && capacity <= LongestDouble && Array.IndexOf(_states, BufferState.None) == 1;
            if (another)
            {
                _wanted = capacity;
                _isGuess = true;
            }
        }

        if (another)
        {
            Schedule();
        }

        return true;
    }

    /// <summary>The message was read: the buffer is the sender's again.</summary>
    public void Release(int buffer)
    {
        bool wanted;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            wanted = _wanted != 0;
            _states[buffer] = wanted ? BufferState.Free : BufferState.Granted;
        }

        if (wanted)
        {
            Schedule();
        }
        else
        {
            Announce(buffer);
        }
    }

    public SegmentRange RangeOf(int buffer, long length)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, _channel);
            return _memory[buffer]!.Range(0, length);
        }
    }

    public void Dispose()
    {
        Segment?[] memory;
        lock (_lock)
        {
            _disposed = true;
            memory = [.. _memory];
            Array.Clear(_memory);
        }

        foreach (Segment? segment in memory)
        {
            segment?.Dispose();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TryPlan(out int buffer, out long length, out Segment? former, out bool isGuess, out ushort number))
        {
            try
            {
                former?.Dispose();
                Keep(buffer, _channel.Context.AllocateSegment(length));
            }
#pragma warning disable CA1031 // whatever it is, the sender waits for an answer
            catch (Exception error)
            {
                // Nobody waits for a buffer that was only a guess, and a refusal would fail a message that has its own.
                if (!isGuess)
                {
                    Refuse(length, number, error.Message);
                }
            }
#pragma warning restore CA1031
        }
    }

    // Rounded, so that messages of slightly different lengths share a buffer.
    private static long CapacityFor(long length) => length switch
    {
        <= Smallest => Smallest,
        <= LongestDouble => (long)BitOperations.RoundUpToPowerOf2((ulong)length),
        _ => length > long.MaxValue - Step ? length : (length + Step - 1) / Step * Step,
    };

    private void Schedule()
    {
        lock (_lock)
        {
            if (_working || _disposed)
            {
                return;
            }

            _working = true;
        }

        // Allocating and reserving pages takes milliseconds per gigabyte: not on a thread that polls.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // Grants what is there; true when a buffer has to be allocated first.
    private bool TryPlan(out int buffer, out long length, out Segment? former, out bool isGuess, out ushort number)
    {
        int granted = -1;
        lock (_lock)
        {
            former = null;
            length = _wanted;
            isGuess = _isGuess;
            number = _number;
            buffer = -1;
            for (int i = 0; i < _states.Length && length != 0 && !_disposed; i++)
            {
                if (_states[i] == BufferState.Free && _memory[i]!.Length >= length)
                {
                    granted = i;
                    _states[i] = BufferState.Granted;
                    break;
                }

                if (buffer < 0 && _states[i] is BufferState.None or BufferState.Free)
                {
                    buffer = i;
                }
            }

            if (granted >= 0 || buffer < 0)
            {
                // All are being read or filled: whoever gives one back comes here again.
                _wanted = granted >= 0 ? 0 : _wanted;
                _working = false;
            }
            else
            {
                _wanted = 0;
                former = _memory[buffer];
                _memory[buffer] = null;
                _states[buffer] = BufferState.None;
            }
        }

        if (granted >= 0)
        {
            Announce(granted);
            return false;
        }

        return buffer >= 0;
    }

    private void Keep(int buffer, Segment segment)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _memory[buffer] = segment;
                _announced[buffer] = false;
                _states[buffer] = BufferState.Granted;
                segment = null!;
            }
        }

        if (segment is null)
        {
            Announce(buffer);
        }
        else
        {
            segment.Dispose();
        }
    }

    private void Announce(int buffer)
    {
        Span<byte> tail = stackalloc byte[SegmentDescriptor.Size + sizeof(uint)];
        long capacity;
        lock (_lock)
        {
            if (_memory[buffer] is not { } segment)
            {
                return;
            }

            capacity = segment.Length;
            if (_announced[buffer])
            {
                tail = default;
            }
            else
            {
                segment.Descriptor.WriteTo(tail);
                BinaryPrimitives.WriteUInt32LittleEndian(tail[SegmentDescriptor.Size..], segment.Token.Value);
                _announced[buffer] = true;
            }
        }

        _channel.TryPostControl(new ChannelMessage(ChannelMessageKind.Grant, capacity, (uint)buffer), tail);
    }

    private void Refuse(long length, ushort number, string reason) =>
        _channel.TryPostText(ChannelMessageKind.Refuse, $"No buffer for {length} bytes: {reason}", number);
}
