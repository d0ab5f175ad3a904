using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>The answer a handler builds; it starts as an empty success. Valid during the handler's call only.</summary>
internal sealed class ControlReply
{
    private readonly byte[] _frame = new byte[UnixChannel.MaximumFrame];
    private readonly int[] _descriptors = new int[UnixChannel.MaximumDescriptors];
    private int _length;
    private int _descriptorCount;

    /// <summary>What the requester's call ends with.</summary>
    internal UrmaStatus Status { get; private set; }

    /// <summary>Why it failed; null for a success.</summary>
    internal string? Error { get; private set; }

    /// <summary>Room left for the payload in bytes.</summary>
    internal int Room => _frame.Length - _length;

    /// <summary>The descriptors to send along.</summary>
    internal ReadOnlySpan<int> Fds => _descriptors.AsSpan(0, _descriptorCount);

    /// <summary>Turns the answer into a failure; payload and descriptors written so far are dropped.</summary>
    /// <param name="status">Not <see cref="UrmaStatus.Success"/>.</param>
    /// <param name="error">What was wrong and what to do; the requester's exception repeats it behind this peer's name.</param>
    internal void Fail(UrmaStatus status, string error)
    {
        Clear();
        Status = status == UrmaStatus.Success ? UrmaStatus.Failed : status;
        Error = error;
    }

    /// <summary>Appends bytes to the payload.</summary>
    /// <exception cref="InvalidOperationException">It exceeds <see cref="ControlFrame.MaximumPayload"/>.</exception>
    internal void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Extend(bytes.Length));

    /// <summary>Appends a value as it lies in memory.</summary>
    /// <exception cref="InvalidOperationException">It exceeds <see cref="ControlFrame.MaximumPayload"/>.</exception>
    internal void Write<T>(T value)
        where T : unmanaged => MemoryMarshal.Write(Extend(System.Runtime.CompilerServices.Unsafe.SizeOf<T>()), in value);

    /// <summary>Appends <paramref name="length"/> bytes for the caller to fill.</summary>
    /// <exception cref="InvalidOperationException">It exceeds <see cref="ControlFrame.MaximumPayload"/>.</exception>
    internal Span<byte> Extend(int length)
    {
        if (length > Room)
        {
            throw new InvalidOperationException($"A reply holds {ControlFrame.MaximumPayload} bytes; {length} more do not fit.");
        }

        Span<byte> room = _frame.AsSpan(_length, length);
        _length += length;
        return room;
    }

    /// <summary>Sends a descriptor along; the peer gets its own copy and the caller keeps this one open until the handler returns.</summary>
    internal void AddFd(int descriptor)
    {
        if (_descriptorCount == _descriptors.Length)
        {
            throw new InvalidOperationException($"A reply carries at most {_descriptors.Length} descriptors.");
        }

        _descriptors[_descriptorCount++] = descriptor;
    }

    /// <summary>Empties the reply for the next request.</summary>
    internal void Clear()
    {
        Status = UrmaStatus.Success;
        Error = null;
        _length = ControlFrame.HeaderSize;
        _descriptorCount = 0;
    }

    /// <summary>Finishes the frame.</summary>
    internal ReadOnlySpan<byte> Finish(ControlMessage type, uint requestId)
    {
        if (Error is not null)
        {
            _length = ControlFrame.HeaderSize + ControlFrame.WriteText(_frame.AsSpan(ControlFrame.HeaderSize), Error);
        }

        ControlFrame.WriteHeader(_frame, (uint)type | ControlFrame.ReplyBit, requestId, (int)Status);
        return _frame.AsSpan(0, _length);
    }
}
