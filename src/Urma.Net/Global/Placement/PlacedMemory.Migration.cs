using System.Diagnostics;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>Moving.</content>
public sealed partial class PlacedMemory
{
    private const int MaxPasses = 6;
    private const long LongestCopy = 256 << 10;

    // No granule's word: nobody has been written 2⁴⁸ times.
    private const ulong NeverCopied = ulong.MaxValue;

    private const long NoWindow = -1;

    /// <summary>For tests: called where a copy has seen a granule that is being written, before it goes on.</summary>
    internal Action? OnBusyGranule { get; set; }

    /// <summary>
    /// Moves the data into another segment, of whichever node, while members read and write: copies, copies again what was written
    /// meanwhile, then holds writers off for the rest and has everybody use the new place from then on.
    /// </summary>
    /// <param name="to">The segment, at least as long as the region; it must grant reading and writing.</param>
    /// <param name="token">Its token.</param>
    /// <param name="cancellationToken">Ends it, with nothing changed, before it has begun to switch.</param>
    /// <exception cref="UrmaException">
    /// The segment cannot be imported although its owner lives, does not grant reading and writing, or the member that created the region
    /// is gone. Where the owner is dead the result is <see cref="MigrationStatus.TargetLost"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<MigrationResult> MigrateAsync(SegmentDescriptor to, Token token, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (to.Length < Length)
        {
            throw new ArgumentException($"The segment has {to.Length} bytes, the region {Length}.", nameof(to));
        }

        return Task.Run(() => Migrate(to, token, cancellationToken), cancellationToken);
    }

    private MigrationResult Migrate(in SegmentDescriptor to, Token token, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using SharedWords view = _directory.Map();
        ulong state;
        while (true)
        {
            state = view.LoadAcquire<ulong>(PlacedMemoryLayout.State);
            if ((state & PlacedMemoryLayout.IsMoving) == 0)
            {
                ulong moving = PlacedMemoryLayout.StateOf(PlacedMemoryLayout.GenerationOf(state), _directory.Member, PlacedMemoryLayout.IsMoving);
                if (view.CompareSwap(PlacedMemoryLayout.State, state, moving) == state)
                {
                    state = moving;
                    break;
                }
            }
            else if (!EndForDeadMover(view, state, canWait: true) && view.LoadAcquire<ulong>(PlacedMemoryLayout.State) == state)
            {
                return new MigrationResult
                {
                    Status = MigrationStatus.Busy,
                    From = LastAddress(0),
                    To = new GlobalAddress(to.Eid, to.Uasid, to.VirtualAddress),
                    Duration = Stopwatch.GetElapsedTime(start),
                };
            }
        }

        try
        {
            return Move(view, state, to, token, start, cancellationToken);
        }
        finally
        {
            // Nothing happens here after a success: the state has moved on.
            ulong rest = PlacedMemoryLayout.StateOf(PlacedMemoryLayout.GenerationOf(state));
            if (view.CompareSwap(PlacedMemoryLayout.State, state, rest) != state)
            {
                _ = view.CompareSwap(PlacedMemoryLayout.State, state | PlacedMemoryLayout.IsSwitching, rest);
            }
        }
    }

    private MigrationResult Move(in SharedWords view, ulong state, in SegmentDescriptor to, Token token, long start, CancellationToken cancellationToken)
    {
        uint generation = PlacedMemoryLayout.GenerationOf(state) + 1;
        var address = new GlobalAddress(to.Eid, to.Uasid, to.VirtualAddress);
        PlacedLocation? source = Locate(view, state, out _);
        var result = new MigrationResult { Status = MigrationStatus.SourceLost, From = LastAddress(0), To = address };
        if (source is null)
        {
            return result with { Duration = Stopwatch.GetElapsedTime(start) };
        }

        PlacedLocation? reached;
        GlobalMemoryStatus fault;
        try
        {
            reached = PlacedLocation.Reach(_context, to, token, generation, Length, out fault);
        }
        catch (UrmaException error) when (error.Status == UrmaStatus.Failed)
        {
            Trace.TraceInformation($"The target of a migration cannot be reached: {error.Message}");
            return result with { Status = MigrationStatus.TargetLost, Duration = Stopwatch.GetElapsedTime(start) };
        }

        using PlacedLocation? target = reached;
        if (target is null)
        {
            throw new GlobalMemoryException(fault, address, Length);
        }

        var copy = new PlacedCopy(_context.Global, view, source.Address, address, Length, _granuleShift, OnBusyGranule);
        long copiedBefore = long.MaxValue;
        for (int pass = 0; pass < MaxPasses && copy.Status == GlobalMemoryStatus.Success; pass++)
        {
            // Where a pass leaves as much to do as the one before, another will, too.
            long before = copy.BytesCopied;
            copy.CopyChanged(cancellationToken);
            long copied = copy.BytesCopied - before;
            if (copied == 0 || copied > copiedBefore / 2)
            {
                break;
            }

            copiedBefore = copied;
        }

        long inPauseFrom = copy.BytesCopied;
        TimeSpan pause = TimeSpan.Zero;
        MigrationStatus status = MigrationStatus.TargetLost;
        if (copy.Status == GlobalMemoryStatus.Success)
        {
            PlacedLocation.Write(view, generation, to, token);
            long switchStart = Stopwatch.GetTimestamp();
            status = Switch(view, state, ref copy);
            pause = Stopwatch.GetElapsedTime(switchStart);
        }

        if (copy.Status != GlobalMemoryStatus.Success)
        {
            status = _context.Global.Query(address, Length, forWriting: true) == GlobalMemoryStatus.Success ? MigrationStatus.SourceLost : MigrationStatus.TargetLost;
        }

        return result with
        {
            Status = status,
            From = source.Address,
            Pause = pause,
            BytesCopied = copy.BytesCopied,
            BytesCopiedInPause = copy.BytesCopied - inPauseFrom,
            Duration = Stopwatch.GetElapsedTime(start),
        };
    }

    private MigrationStatus Switch(in SharedWords view, ulong state, ref PlacedCopy copy)
    {
        ulong switching = state | PlacedMemoryLayout.IsSwitching;
        if (view.CompareSwap(PlacedMemoryLayout.State, state, switching) != state)
        {
            return MigrationStatus.Busy;
        }

        // From here on no writer begins; those under way are waited for.
        long deadline = TimeLimit.After(_options.LongestPause);
        var wait = default(SpinWait);
        while (!copy.CopyChanged(CancellationToken.None) && copy.Status == GlobalMemoryStatus.Success)
        {
            if (TimeLimit.HasPassed(deadline))
            {
                return MigrationStatus.WriterTimedOut;
            }

            if (wait.Count > SpinsBeforeDoubt && copy.BusyGranule is { } at)
            {
                ulong word = view.LoadAcquire<ulong>(at);
                if (PlacedMemoryLayout.WriterOf(word) is var writer and not 0 && _directory.LooksMemberGone(writer))
                {
                    _ = view.CompareSwap(at, word, PlacedMemoryLayout.AfterWrite(word));
                }
            }

            wait.SpinOnce();
        }

        if (copy.Status != GlobalMemoryStatus.Success)
        {
            return MigrationStatus.TargetLost;
        }

        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.PlacedSwitch);
        }

        ulong next = PlacedMemoryLayout.StateOf(PlacedMemoryLayout.GenerationOf(state) + 1);
        return view.CompareSwap(PlacedMemoryLayout.State, switching, next) == switching ? MigrationStatus.Moved : MigrationStatus.Busy;
    }

    /// <summary>The copy of a region's granules, each as it was at one moment.</summary>
    private ref struct PlacedCopy
    {
        private readonly GlobalMemory _memory;
        private readonly SharedWords _view;
        private readonly GlobalAddress _from;
        private readonly GlobalAddress _to;
        private readonly long _length;
        private readonly int _shift;
        private readonly int _most;
        private readonly ulong[] _copied;
        private readonly ulong[] _words;
        private readonly ulong[] _window;
        private readonly ulong[] _after;
        private long _windowStart;
        private readonly Action? _onBusyGranule;

        public PlacedCopy(GlobalMemory memory, in SharedWords view, GlobalAddress from, GlobalAddress to, long length, int shift, Action? onBusyGranule)
        {
            _onBusyGranule = onBusyGranule;
            _memory = memory;
            _view = view;
            _from = from;
            _to = to;
            _length = length;
            _shift = shift;
            _most = (int)Math.Max(1, LongestCopy >> shift);
            _copied = new ulong[Granules(length, 1L << shift)];
            _words = new ulong[_most];
            _window = new ulong[Math.Min(_most, _copied.Length)];
            _after = new ulong[_most];
            Array.Fill(_copied, NeverCopied);
        }

        public GlobalMemoryStatus Status { get; private set; }

        public long BytesCopied { get; private set; }

        /// <summary>The word of a granule that was being written when it was last looked at.</summary>
        public long? BusyGranule { get; private set; }

        /// <summary>Copies what has been written since it was copied. True where the copy is complete, which holds while nobody writes.</summary>
        public bool CopyChanged(CancellationToken cancellationToken)
        {
            bool complete = true;
            _windowStart = NoWindow;
            for (long index = 0; index < _copied.Length && Status == GlobalMemoryStatus.Success;)
            {
                int count = ChangedFrom(index, out bool isBusy);
                if (count == 0)
                {
                    // Judged by the look that found it: its writer may have ended since, and then it is not copied.
                    complete &= !isBusy;
                    if (isBusy)
                    {
                        _onBusyGranule?.Invoke();
                    }

                    index++;
                    continue;
                }

                cancellationToken.ThrowIfCancellationRequested();
                complete &= CopyRun(index, count);
                index += count;
            }

            return complete && Status == GlobalMemoryStatus.Success;
        }

        // How many granules from here on were written since and are at rest now; whether the one behind them is being written.
        private int ChangedFrom(long index, out bool isBusy)
        {
            isBusy = false;
            int count = 0;
            for (; count < _most && index + count < _copied.Length; count++)
            {
                ulong word = WordOf(index + count);
                if (PlacedMemoryLayout.WriterOf(word) != 0)
                {
                    BusyGranule = PlacedMemoryLayout.Granule(index + count);
                    isBusy = true;
                    break;
                }

                if (word == _copied[index + count])
                {
                    break;
                }

                _words[count] = word;
            }

            return count;
        }

        // Many at once, because each look may be a round trip: what is read early in a pass says only more strictly what was written since.
        private ulong WordOf(long index)
        {
            if (_windowStart == NoWindow || index < _windowStart || index >= _windowStart + _window.Length)
            {
                _windowStart = Math.Min(index, _copied.Length - _window.Length);
                _view.LoadMany(PlacedMemoryLayout.Granule(_windowStart), _window);
            }

            return _window[index - _windowStart];
        }

        private bool CopyRun(long index, int count)
        {
            long offset = index << _shift;
            long length = Math.Min((long)count << _shift, _length - offset);
            Status = _memory.TryXcopy(_to + offset, _from + offset, length);
            BytesCopied += length;
            Interlocked.MemoryBarrier();
            bool complete = true;
            Span<ulong> now = _after.AsSpan(0, count);
            _view.LoadMany(PlacedMemoryLayout.Granule(index), now);
            for (int i = 0; i < count; i++)
            {
                bool isSame = now[i] == _words[i];
                _copied[index + i] = isSame ? _words[i] : NeverCopied;
                complete &= isSame;
            }

            return complete;
        }
    }
}
