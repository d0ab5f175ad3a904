using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives;

/// <content>Communicators from communicators.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>The colour of a rank that joins no part in <see cref="Split"/> (<c>NCCL_SPLIT_NOCOLOR</c>).</summary>
    public const int NoColor = -1;

    private const int ColorsTag = 3;
    private const int IdsTag = 4;
    private int _shrinks;

    /// <summary>Divides the ranks into parts, each a communicator (<c>ncclCommSplit</c>). Collective; this communicator goes on.</summary>
    /// <param name="color">Ranks of one colour are together; not negative, or <see cref="NoColor"/>.</param>
    /// <param name="key">Decides the order of ranks within a part; equal keys keep the order they have here.</param>
    /// <param name="options">How the new communicator behaves; as this one by default.</param>
    /// <returns>The part of this rank; null with <see cref="NoColor"/>.</returns>
    /// <exception cref="CollectiveException">The communicator failed, or not all ranks came in time.</exception>
    public Communicator? Split(int color, int key = 0, CommunicatorOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(color, NoColor);
        var call = new CollectiveCall { Kind = CollectiveKind.Split, Peer = -1 };
        FinishQueuedWork();
        Enter(ref call);
        byte[] mine = new byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(mine, color);
        BinaryPrimitives.WriteInt32LittleEndian(mine.AsSpan(sizeof(int)), key);
        byte[][] colors = Exchange(mine, ColorsTag);
        int[] members = [.. Enumerable.Range(0, Size)
            .Where(rank => BinaryPrimitives.ReadInt32LittleEndian(colors[rank]) == color)
            .OrderBy(rank => BinaryPrimitives.ReadInt32LittleEndian(colors[rank].AsSpan(sizeof(int))))
            .ThenBy(rank => rank)];
        bool isFirst = color != NoColor && members[0] == Rank;
        byte[][] ids = Exchange(isFirst ? NewId() : [], IdsTag);
        _isBusy = false;
        return color == NoColor
            ? null
            : Create(_context, UniqueId.Read(ids[members[0]]), Array.IndexOf(members, Rank), members.Length, options ?? OptionsOfPart());
    }

    /// <summary>
    /// Goes on without some ranks, also after a fault (<c>ncclCommShrink</c>). All ranks that stay call it with the same list; this communicator is then of no
    /// more use but to be disposed.
    /// </summary>
    /// <param name="excluded">The ranks that do not go on: the dead, and others at will.</param>
    /// <param name="options">How the new communicator behaves; as this one by default.</param>
    /// <returns>The ranks that stay, in their order, numbered anew from 0.</returns>
    /// <exception cref="ArgumentException">A number is no rank, or this rank's own.</exception>
    /// <exception cref="NotSupportedException">The ranks are on several hosts, and the lowest that stays has no network to be found in.</exception>
    /// <exception cref="CollectiveException">Not all ranks that stay came in time; they may try again.</exception>
    public Communicator Shrink(ReadOnlySpan<int> excluded, CommunicatorOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        bool[] isOut = new bool[Size];
        foreach (int rank in excluded)
        {
            if ((uint)rank >= (uint)Size || rank == Rank)
            {
                throw new ArgumentException($"Rank {rank} cannot be left out: ranks of {Name} are 0 to {Size - 1}, and {Rank} is this one.", nameof(excluded));
            }

            isOut[rank] = true;
        }

        int[] members = [.. Enumerable.Range(0, Size).Where(rank => !isOut[rank])];
        UniqueId id = IdOfRest(members);
        ControlHub? hub = _endpoint is not null && members[0] == Rank ? _endpoint.Open(id) : null;
        try
        {
            Communicator rest = Create(_context, id, Array.IndexOf(members, Rank), members.Length, options ?? OptionsOfPart());

            // Ranks whose attempt failed try again at the same place.
            _shrinks++;
            return rest;
        }
        catch
        {
            hub?.Discard();
            throw;
        }
    }

    // Who is left may not be able to ask anybody, so the id follows from what all know: where not all map each other, from where the lowest of them listens.
    private UniqueId IdOfRest(int[] members)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexString(_secret)}-{_shrinks}-{string.Join('.', members)}");
        Span<byte> secret = stackalloc byte[Sha256.Size];
        Sha256.Hash(Encoding.UTF8.GetBytes(name), secret);
        MemoryOffer offer = _offers[members[0]];
        if (_isOnOneHost || (_hasOneHostName && offer.Port == 0))
        {
            // What is shown of a name must not be what the secret is made of.
            string shown = string.Create(CultureInfo.InvariantCulture, $"what is left of {(uint)UniqueId.Read(_secret).PublicPart():x8}");
            return UniqueId.Make(UniqueIdKind.Name, 0, secret, shown, null);
        }

        if (offer.Port == 0)
        {
            throw new NotSupportedException($"Rank {members[0]} has no network in which ranks of other hosts could find it: make a UniqueId at one of the ranks, tell the others, and call Create.");
        }

        return ReservedEndpoint.IdOf(secret, offer.Port, offer.Addresses);
    }

    /// <summary>
    /// Goes on with more ranks (<c>ncclCommGrow</c>): all ranks of this communicator call it and keep their numbers, and new ranks call <see cref="Create"/> with the same
    /// id and numbers from <see cref="Size"/> on. This communicator goes on until it is disposed.
    /// </summary>
    /// <param name="id">A new id, which one rank made (<see cref="UniqueId.Create"/>) and told all others, new ones included.</param>
    /// <param name="size">How many ranks there will be.</param>
    /// <param name="options">How the new communicator behaves; as this one by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is less than now.</exception>
    /// <exception cref="CollectiveException">Not all ranks came in time.</exception>
    public Communicator Grow(UniqueId id, int size, CommunicatorOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, Size);
        return Create(_context, id, Rank, size, options ?? OptionsOfPart());
    }

    // The others wait for it.
    private byte[] NewId()
    {
        try
        {
            return UniqueId.Create().ToBytes();
        }
        catch (Exception exception)
        {
            FailHere(exception);
            throw;
        }
    }

    private byte[][] Exchange(byte[] mine, int tag)
    {
        try
        {
            return _control!.AllGather(mine, tag, _options.Timeout, CancellationToken.None);
        }
        catch
        {
            Volatile.Write(ref _isBusy, false);
            throw;
        }
    }

    // A name belongs to one communicator.
    private CommunicatorOptions OptionsOfPart() => _options with { Name = null };

    private void FinishQueuedWork()
    {
        if (HasQueuedWork)
        {
            RunBehindQueue(new CollectiveCall { Kind = CollectiveKind.None });
        }
    }
}
