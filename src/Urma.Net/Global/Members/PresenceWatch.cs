using System.Buffers.Binary;

namespace Urma.Net.Global;

/// <summary>Looks whether another member (<see cref="Presence"/>) is still there. A stopped process is; a dead or closed one is not.</summary>
/// <remarks>Thread-safe. The bytes it is made from may come from shared memory that anybody wrote: nonsense counts as gone.</remarks>
internal sealed class PresenceWatch : IDisposable
{
    private readonly UrmaContext _context;
    private readonly SegmentDescriptor _descriptor;
    private readonly Token _token;
    private readonly Lock _lock = new();
    private TargetSegment? _import;
    private bool _isGone;
    private int _isLooking;

    /// <param name="context">Who watches.</param>
    /// <param name="own">The watcher's own presence, which is never gone.</param>
    /// <param name="source"><see cref="Presence.Size"/> bytes of <see cref="Presence.WriteTo"/>.</param>
    public PresenceWatch(UrmaContext context, Presence own, ReadOnlySpan<byte> source)
    {
        _context = context;
        try
        {
            _descriptor = SegmentDescriptor.Read(source);
            _token = new Token((uint)BinaryPrimitives.ReadUInt64LittleEndian(source[SegmentDescriptor.Size..]));
            IsOwn = own.Is(_descriptor, _token);
        }
        catch (UrmaException)
        {
            _isGone = true;
        }
    }

    /// <summary>Whether this is the watcher itself.</summary>
    public bool IsOwn { get; }

    /// <summary>The member's device.</summary>
    public Eid Eid => _descriptor.Eid;

    /// <summary>The member's engine.</summary>
    public uint Uasid => _descriptor.Uasid;

    /// <summary>
    /// As <see cref="IsGone"/>, but never waits: the first look goes on in the background, and the member counts as there meanwhile.
    /// </summary>
    public bool LooksGone
    {
        get
        {
            if (IsOwn || Volatile.Read(ref _isGone) || Volatile.Read(ref _import) is not null)
            {
                return IsGone;
            }

            // The first look asks the member's process, which may be stopped.
            if (Interlocked.Exchange(ref _isLooking, 1) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Look(), this, preferLocal: false);
            }

            return false;
        }
    }

    /// <summary>
    /// Whether the member has died or left; once true, always true. The first look connects, which takes as long as the context's
    /// control timeout where the member is stopped; later looks cost a fraction of a microsecond.
    /// </summary>
    public bool IsGone
    {
        get
        {
            lock (_lock)
            {
                if (!_isGone)
                {
                    _import ??= TryImport();
                    _isGone |= _import is { IsRevoked: true };
                }

                return _isGone;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _import?.Dispose();
            _import = null;
            _isGone = true;
        }
    }

    private void Look()
    {
        try
        {
            _ = IsGone;
        }
        catch (ObjectDisposedException)
        {
            // The context closed before the look was over; nobody asks any more.
            Volatile.Write(ref _isGone, true);
        }

        Volatile.Write(ref _isLooking, 0);
    }

    private TargetSegment? TryImport()
    {
        if (IsOwn)
        {
            return null;
        }

        try
        {
            return _context.ImportSegment(_descriptor, _token);
        }
        catch (UrmaException error) when (error.Status == UrmaStatus.TimedOut)
        {
            // Slow is not dead: the next look asks again.
            return null;
        }
        catch (UrmaException)
        {
            _isGone = true;
            return null;
        }
    }
}
