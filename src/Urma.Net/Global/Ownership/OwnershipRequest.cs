using System.Numerics;
using System.Runtime.InteropServices;

namespace Urma.Net.Global;

/// <summary>One call on its way: what it wants as sorted runs, and how each has fared. Kept by its thread and used again.</summary>
internal sealed class OwnershipRequest
{
    [ThreadStatic]
    private static OwnershipRequest? _current;

    private ulong[] _keys = new ulong[16];
    private int[] _runOfChange = new int[16];
    private GranuleRun[] _runs = new GranuleRun[16];
    private RunState[] _states = new RunState[16];

    /// <summary>The calling thread's own.</summary>
    public static OwnershipRequest Current => _current ??= new OwnershipRequest();

    public int RunCount { get; private set; }

    public bool PerItem { get; private set; }

    /// <summary>Whether granting also opens a scope, in one step.</summary>
    public bool Pin { get; private set; }

    /// <summary>All granules of all runs.</summary>
    public int GranuleCount { get; private set; }

    public Span<GranuleRun> Runs => _runs.AsSpan(0, RunCount);

    public Span<RunState> States => _states.AsSpan(0, RunCount);

    /// <summary>Members that were in the way at the last look.</summary>
    public ulong Blockers { get; set; }

    /// <summary>A granule that was in the way at the last look because it was promised to another; -1 where none was.</summary>
    public int BlockedGranule { get; set; }

    /// <summary>Where it stands in the queue; 0 before.</summary>
    public ulong Ticket { get; set; }

    /// <summary>Its place in the directory; -1 without one.</summary>
    public int Slot { get; set; }

    /// <summary>Whether another follows that waits, so that this one's end is no timeout.</summary>
    public bool IsAttempt { get; set; }

    /// <summary>Whether its wishes stand in its place.</summary>
    public bool IsShown { get; set; }

    /// <summary>Why the pages could not be made accessible; 0 where they could.</summary>
    public int Error { get; set; }

    /// <summary>Whether it is in the queue.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it does something outside the order, so that its member cannot leave.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>When it began to wait; 0 where it has not.</summary>
    public long WaitBegin { get; set; }

    /// <summary>Whether a run is left that is neither promised nor ours.</summary>
    public bool HasWanted => Has(RunState.Wanted);

    public bool HasPending => Has(RunState.Pending);

    /// <summary>Prepares one run, for a scope or a single change.</summary>
    public void SetSingle(in GranuleRun run, bool pin)
    {
        Reset(1, perItem: false, pin);
        _runs[0] = run;
        _runOfChange[0] = 0;
        RunCount = 1;
        GranuleCount = run.Count;
    }

    /// <summary>Prepares for a batch of changes that are in order; whoever finds that they are not calls <see cref="SetUnsorted"/> instead.</summary>
    /// <param name="changes">How many.</param>
    /// <param name="perItem">Neighbours are not joined, so that each has its own outcome.</param>
    /// <param name="runs">Where their runs go.</param>
    /// <param name="runOfChange">Where each change's run is told.</param>
    public void BeginSorted(int changes, bool perItem, out Span<GranuleRun> runs, out Span<int> runOfChange)
    {
        Reset(changes, perItem, pin: false);
        runs = _runs.AsSpan(0, changes);
        runOfChange = _runOfChange.AsSpan(0, changes);
    }

    /// <summary>Ends what <see cref="BeginSorted"/> began.</summary>
    /// <param name="runCount">Runs written.</param>
    /// <param name="granuleCount">Their granules.</param>
    public void EndSorted(int runCount, int granuleCount)
    {
        RunCount = runCount;
        GranuleCount = granuleCount;
    }

    /// <summary>Sorts, joins and checks a batch.</summary>
    /// <param name="runs">The changes as runs; what is invalid has been sorted out and has a negative first granule.</param>
    /// <param name="perItem">Neighbours are not joined, so that each has its own outcome.</param>
    /// <param name="contradiction">A change that contradicts another; -1 where none does.</param>
    public void SetUnsorted(ReadOnlySpan<GranuleRun> runs, bool perItem, out int contradiction)
    {
        Reset(runs.Length, perItem, pin: false);
        contradiction = -1;
        int count = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            if (runs[i].First < 0)
            {
                _runOfChange[i] = -1;
                continue;
            }

            _keys[count++] = ((ulong)(uint)runs[i].First << 32) | (uint)i;
        }

        _keys.AsSpan(0, count).Sort();
        int total = 0;
        for (int k = 0; k < count; k++)
        {
            int i = (int)(uint)_keys[k];
            GranuleRun next = runs[i];
            if (RunCount != 0)
            {
                ref GranuleRun last = ref _runs[RunCount - 1];
                bool overlaps = next.First < last.End;
                if (overlaps && next.Wanted != last.Wanted)
                {
                    contradiction = i;
                    _runOfChange[i] = -1;
                    continue;
                }

                if (overlaps || (!PerItem && next.First == last.End && next.Wanted == last.Wanted))
                {
                    int end = Math.Max(last.End, next.End);
                    total += end - last.End;
                    last = new GranuleRun(last.First, end - last.First, last.Wanted);
                    _runOfChange[i] = RunCount - 1;
                    continue;
                }
            }

            total += next.Count;
            _runOfChange[i] = RunCount;
            _runs[RunCount++] = next;
        }

        GranuleCount = total;
    }

    /// <summary>How a change of the batch fared; null where it was invalid.</summary>
    public RunState? Outcome(int change) => _runOfChange[change] < 0 ? null : _states[_runOfChange[change]];

    /// <summary>The run that a change became part of.</summary>
    public GranuleRun RunOf(int change) => _runs[_runOfChange[change]];

    private bool Has(RunState state) => MemoryMarshal.AsBytes(States).Contains((byte)state);

    private void Reset(int changes, bool perItem, bool pin)
    {
        if (_keys.Length < changes)
        {
            int size = (int)BitOperations.RoundUpToPowerOf2((uint)changes);
            _keys = new ulong[size];
            _runOfChange = new int[size];
            _runs = new GranuleRun[size];
            _states = new RunState[size];
        }

        _states.AsSpan(0, changes).Clear();
        RunCount = 0;
        PerItem = perItem;
        Pin = pin;
        Blockers = 0;
        BlockedGranule = -1;
        Ticket = 0;
        Slot = -1;
        IsQueued = false;
        IsShown = false;
        IsWaiting = false;
        IsAttempt = false;
        Error = 0;
        WaitBegin = 0;
    }
}
