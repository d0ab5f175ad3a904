using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Global;

namespace Urma.Net;

/// <content>Members that do not map the creator's memory: they ask it by messages, and it has a member that stands for each.</content>
public sealed unsafe partial class OwnershipDomain
{
    // What a scope keeps instead of when it began.
    private const long ReadsThere = -1;
    private const long WritesThere = -2;

    private OwnershipDomain(UrmaContext context, OwnershipClient remote, Token token, TimeSpan timeout)
    {
        _context = context;
        _remote = remote;
        _timeout = timeout;
        _directory = null!;
        _members = null!;
        _rounds = null!;
        _memory = null!;
        Name = remote.Name;
        Token = token;
        GranuleSize = remote.GranuleSize;
        Capacity = remote.Capacity;
        _shift = System.Numerics.BitOperations.TrailingZeroCount(GranuleSize);
        try
        {
            context.Services.Add(this);
        }
        catch
        {
            remote.Dispose();
            throw;
        }

        Diagnostics.OwnershipTotals.Add(this);
    }

    /// <summary>
    /// What others join with (<see cref="Join(UrmaContext, ReadOnlySpan{byte}, Token, TimeSpan)"/>), beside the token, where memory is not mapped;
    /// at the creator. Empty elsewhere: there it is joined by its name.
    /// </summary>
    public ReadOnlyMemory<byte> Invitation => _host?.Address;

    private OwnershipDomain StandIn(byte[] presence, int processId)
    {
        var memory = new OwnershipMemory(_memory, presence, processId, out byte* start);
        return new OwnershipDomain(_context, Name, Token, memory, new OwnershipDirectory(start, _directory.Layout), _timeout, isCreator: false);
    }

    private OwnershipScope OpenThere(
        SharedRegion region, long offset, long length, Ownership wanted, bool acquire, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ThrowIfLost();
        int first = region.FirstGranule + (int)(offset >> _shift);
        int end = region.FirstGranule + (int)((offset + length - 1) >> _shift) + 1;
        Interlocked.Increment(ref _requests);
        _remote!.Open(first, end, wanted, acquire, timeout, cancellationToken);
        return new OwnershipScope(
            this, _remote.Data + (region.FirstGranule * GranuleSize) + offset, length, first, end, wanted == Ownership.Write, wanted == Ownership.Write ? WritesThere : ReadsThere);
    }

    private SharedRegion RegionThere(OwnershipVerb verb, string name, long length)
    {
        OwnershipCall answer = _remote!.Call(
            new OwnershipCall { Verb = verb, Value = length }, Encoding.UTF8.GetBytes(name), _timeout, default, out _);
        long there = verb == OwnershipVerb.CreateRegion ? length : answer.Value;
        long room = Capacity - (answer.First * GranuleSize);
        return answer.First >= 0 && there > 0 && there <= room
            ? new SharedRegion(this, name, answer.First, there)
            : throw new UrmaException(UrmaStatus.Failed, $"The creator of '{Name}' tells impossible sizes of region '{name}': it is broken.");
    }

    private Ownership HeldThere(SharedRegion region, long offset, long length)
    {
        ThrowIfLost();
        var call = new OwnershipCall
        {
            Verb = OwnershipVerb.Held,
            First = region.FirstGranule + (int)(offset >> _shift),
            End = region.FirstGranule + (int)((offset + length - 1) >> _shift) + 1,
        };
        return (Ownership)_remote!.Call(call, [], _timeout, default, out _).Wanted;
    }

    private int CountThere()
    {
        ThrowIfLost();
        return (int)_remote!.Call(new OwnershipCall { Verb = OwnershipVerb.Count }, [], _timeout, default, out _).Value;
    }

    private int ChangeThere(
        ReadOnlySpan<OwnershipChange> changes, Span<OwnershipResult> results, bool perItem, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ThrowIfLost();
        if (results.Length < changes.Length)
        {
            throw new ArgumentException($"{changes.Length} changes need as many results, not {results.Length}.", nameof(results));
        }

        var runs = new GranuleRun[changes.Length];
        int[] places = new int[changes.Length];
        int count = 0;
        for (int i = 0; i < changes.Length; i++)
        {
            results[i] = new OwnershipResult(OwnershipStatus.Invalid);
            if (IsValid(changes[i], _shift))
            {
                places[count] = i;
                runs[count++] = ToRun(changes[i], _shift);
            }
            else if (!perItem)
            {
                ThrowInvalid(i, changes[i]);
            }
        }

        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _changes, changes.Length);
        if (count == 0)
        {
            return 0;
        }

        var call = new OwnershipCall { Verb = OwnershipVerb.Set, Wanted = perItem ? 1 : 0, Value = OwnershipClient.Milliseconds(timeout) };
        OwnershipCall answer = _remote!.Call(call, MemoryMarshal.AsBytes(runs.AsSpan(0, count)), timeout, cancellationToken, out byte[] outcome);
        ReadOnlySpan<OwnershipResult> there = MemoryMarshal.Cast<byte, OwnershipResult>(outcome);
        for (int i = 0; i < Math.Min(count, there.Length); i++)
        {
            results[places[i]] = there[i];
        }

        return (int)answer.Value;
    }
}
