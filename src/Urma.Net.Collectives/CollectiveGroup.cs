using System.Runtime.InteropServices;

namespace Urma.Net.Collectives;

/// <summary>
/// Calls that are carried out together when the group ends (<c>ncclGroupStart</c>, <c>ncclGroupEnd</c>): sends and receives of one rank that would
/// wait for each other, or calls of several ranks that one thread drives.
/// </summary>
/// <example><code>
/// using CollectiveGroup group = CollectiveGroup.Start();
/// communicator.Send(mine, count, DataType.Float32, next);
/// communicator.Receive(theirs, count, DataType.Float32, previous);
/// group.End();
/// </code></example>
/// <remarks>
/// Belongs to the thread that starts it. Groups nest; the outermost carries out everything. Of one communicator, sends and receives go first,
/// all together, then the other operations in their order. Takes the forms on addresses only.
/// </remarks>
public sealed class CollectiveGroup : IDisposable
{
    [ThreadStatic]
    private static CollectiveGroup? s_current;

    // The last one that was disposed, so that nobody has it any more.
    [ThreadStatic]
    private static CollectiveGroup? s_free;

    private readonly List<Communicator> _communicators = [];
    private readonly List<List<CollectiveCall>> _calls = [];
    // Where this one is nested in: what collects the calls.
    private readonly CollectiveGroup? _outermost;
    private bool _hasEnded;
    private bool _lostCalls;
    private bool _isFree;

    private CollectiveGroup(CollectiveGroup? outermost) => _outermost = outermost;

    internal static CollectiveGroup? Current => s_current;

    /// <summary>Calls of this thread are collected from now on.</summary>
    /// <returns>The group; disposing it without <see cref="End"/> drops what was collected, with a nested one all of it.</returns>
    public static CollectiveGroup Start()
    {
        if (s_current is { } outermost)
        {
            return new CollectiveGroup(outermost);
        }

        CollectiveGroup group = s_free ?? new CollectiveGroup(null);
        s_free = null;
        (group._hasEnded, group._lostCalls, group._isFree) = (false, false, false);
        return s_current = group;
    }

    /// <summary>Carries out what was collected, and returns when it is done; a nested group leaves that to the outermost.</summary>
    /// <exception cref="InvalidOperationException">The group is not under way on this thread, or a nested one was dropped.</exception>
    /// <exception cref="CollectiveException">A communicator failed; of several the first.</exception>
    public void End()
    {
        if (_hasEnded || s_current != (_outermost ?? this))
        {
            throw new InvalidOperationException("The group has ended, or belongs to another thread.");
        }

        _hasEnded = true;
        if (_outermost is not null)
        {
            return;
        }

        s_current = null;
        try
        {
            if (_lostCalls)
            {
                throw new InvalidOperationException("A group inside of this one was disposed without its end, so nothing was carried out.");
            }

            RunAll();
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>Drops what was collected, if the group was not ended.</summary>
    public void Dispose()
    {
        if (!_hasEnded && s_current == (_outermost ?? this))
        {
            _hasEnded = true;
            if (_outermost is not null)
            {
                _outermost._lostCalls = true;
            }
            else
            {
                s_current = null;
                Clear();
            }
        }

        if (_hasEnded && _outermost is null && !_isFree)
        {
            _isFree = true;
            s_free = this;
        }
    }

    internal void Add(Communicator communicator, in CollectiveCall call)
    {
        int index = _communicators.IndexOf(communicator);
        if (index < 0)
        {
            index = _communicators.Count;
            _communicators.Add(communicator);
            if (_calls.Count == index)
            {
                _calls.Add([]);
            }
        }

        _calls[index].Add(call);
    }

    private void RunAll()
    {
        if (_communicators.Count == 1 && !_communicators[0].IsRunByWorker)
        {
            _communicators[0].RunGroup(CollectionsMarshal.AsSpan(_calls[0]));
            return;
        }

        // One thread cannot wait in several places: each communicator's own does.
        CollectiveHandle[] handles = new CollectiveHandle[_communicators.Count];
        Exception? failure = null;
        int begun = 0;
#pragma warning disable CA1031 // The memory is the caller's again only when all that were begun have ended.
        try
        {
            for (; begun < handles.Length; begun++)
            {
                handles[begun] = _communicators[begun].Begin(_calls[begun].ToArray());
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        for (int i = 0; i < begun; i++)
        {
            try
            {
                handles[i].WaitToTheEnd();
            }
            catch (Exception exception)
            {
                failure ??= exception;
            }
        }
#pragma warning restore CA1031

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Clear()
    {
        _communicators.Clear();
        foreach (List<CollectiveCall> calls in _calls)
        {
            calls.Clear();
        }
    }
}
