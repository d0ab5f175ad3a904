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

    [ThreadStatic]
    private static CollectiveGroup? s_last;

    private readonly List<Communicator> _communicators = [];
    private readonly List<List<CollectiveCall>> _calls = [];
    private int _depth;

    private CollectiveGroup()
    {
    }

    internal static CollectiveGroup? Current => s_current;

    /// <summary>Calls of this thread are collected from now on.</summary>
    /// <returns>The group; disposing it without <see cref="End"/> drops what was collected.</returns>
    public static CollectiveGroup Start()
    {
        s_current ??= s_last ??= new CollectiveGroup();
        s_current._depth++;
        return s_current;
    }

    /// <summary>Carries out what was collected, and returns when it is done.</summary>
    /// <exception cref="InvalidOperationException">The group is not under way on this thread.</exception>
    /// <exception cref="CollectiveException">A communicator failed; of several the first.</exception>
    public void End()
    {
        if (s_current != this)
        {
            throw new InvalidOperationException("The group has ended, or belongs to another thread.");
        }

        if (--_depth > 0)
        {
            return;
        }

        s_current = null;
        try
        {
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
        if (s_current == this)
        {
            _depth = 0;
            s_current = null;
            Clear();
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
        for (int i = 0; i < handles.Length; i++)
        {
            handles[i] = _communicators[i].Begin(_calls[i].ToArray());
        }

        Exception? failure = null;
        foreach (CollectiveHandle handle in handles)
        {
            try
            {
                handle.Wait();
            }
            catch (UrmaException exception)
            {
                failure ??= exception;
            }
        }

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
