using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>How ranks come together.</content>
public sealed unsafe partial class GlobalHeap
{
    private const int MaxProposals = 16;
    private const long BaseAlignment = 1L << 30;

    // Where neither programs nor libraries nor the runtime's heap are put, and every 47-bit address space has it.
    private const long LowestBase = 0x1000_0000_0000;
    private const long HighestBase = 0x5000_0000_0000;

    /// <summary>Joins a heap; returns when all ranks are in and every slice is mapped.</summary>
    /// <param name="context">A context of a provider that maps peers' memory.</param>
    /// <param name="options">The same in all ranks but for the rank.</param>
    /// <param name="cancellationToken">Ends the wait for rank 0, and every other within some 50 ms.</param>
    /// <exception cref="UrmaException">
    /// <see cref="UrmaStatus.TimedOut"/>: ranks are missing; the message names them. <see cref="UrmaStatus.Exists"/>: the name or the rank is taken.
    /// <see cref="UrmaStatus.OperationNotPermitted"/>: wrong token, or a fabric model. <see cref="UrmaStatus.InvalidArgument"/>: the ranks' options differ.
    /// Others: there is no memory, or no address free in all ranks. A rank that fails has all others fail, too.
    /// </exception>
    /// <exception cref="RankLostException">A rank died while joining, or could not join; the message says why.</exception>
    public static GlobalHeap Join(UrmaContext context, GlobalHeapOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        if (!context.Capabilities.SupportsMapping)
        {
            throw new UrmaException(
                UrmaStatus.Failed,
                $"A GlobalHeap is memory mapped at one address in all ranks, so that pointers mean the same everywhere, and the provider '{context.Device.Provider.Name}' maps no peer's memory (ProviderCapabilities.SupportsMapping). " +
                "Use segments and their GlobalAddress instead: GlobalMemory.Load, Store, FetchAdd and Xcopy reach them there, too; PlacedMemory is memory that several share.");
        }

        if (!context.Capabilities.SupportsRendezvous)
        {
            throw new UrmaException(
                UrmaStatus.Failed,
                $"The ranks of a GlobalHeap find each other by names on the fabric, which the provider '{context.Device.Provider.Name}' lacks (ProviderCapabilities.SupportsRendezvous).");
        }

        if (context.Options.RefusesUndelayedViews)
        {
            ThrowHelper.Undelayed();
        }

        var heap = new GlobalHeap(context, options);
        try
        {
            context.Services.Add(heap);
            context.PeerLost += heap.OnPeerLost;
            heap.JoinAll(cancellationToken);
            return heap;
        }
        catch (Exception error)
        {
            heap.GiveUp(error);
            throw;
        }
    }

    private static string NameOf(GlobalHeapOptions options) => $"heap.{options.Name}";

    private void JoinAll(CancellationToken cancellationToken)
    {
        long deadline = TimeLimit.After(_options.Timeout);
        _board = Rank == 0 ? PublishBoard() : FindBoard(cancellationToken);
        if (!_board.TryClaim(Rank, _context.Services.Presence))
        {
            ulong process = Volatile.Read(ref _board.Word(Rank, HeapBoard.Process));
            _board.Dispose();
            _board = null;
            throw new UrmaException(UrmaStatus.Exists, $"Rank {Rank} of heap '{_options.Name}' is process {process} already.");
        }

        string joined = $"joined heap '{_options.Name}' within {_options.Timeout}";
        AwaitAll(HeapBoard.Stage, (ulong)HeapStage.Joined, deadline, joined, cancellationToken: cancellationToken);
        if (Rank == 0)
        {
            Propose(deadline, joined, cancellationToken);
        }
        else
        {
            Agree(deadline, joined, cancellationToken);
        }

        _slice = _context.AllocateSegment(SliceLength, new SegmentOptions { FixedAddress = StartOf(Rank) });
        _reservation!.Take(StartOf(Rank), SliceLength);
        _board.Offer(Rank, _slice);
        AwaitAll(HeapBoard.Stage, (ulong)HeapStage.Offered, deadline, joined, cancellationToken: cancellationToken);
        for (int rank = 0; rank < Size; rank++)
        {
            if (rank != Rank)
            {
                ImportFrom(rank);
            }
        }

        _board.Tell(Rank, HeapBoard.Stage, (ulong)HeapStage.Mapped);
        AwaitAll(HeapBoard.Stage, (ulong)HeapStage.Mapped, deadline, joined, cancellationToken: cancellationToken);
        _published?.Dispose();
        _published = null;

        // Whoever disposes from now on releases what this has made; who did before left it to this thread.
        Interlocked.Exchange(ref _joined, 1);
        ThrowIfClosed();
    }

    private HeapBoard PublishBoard()
    {
        Token token = _options.Token ?? Token.Random();
        Segment segment = _context.AllocateSegment(HeapBoard.LengthFor(Size), new SegmentOptions { Token = token });
        HeapBoard? board = null;
        try
        {
            board = HeapBoard.Create(segment, _options, _shape);
            Span<byte> value = stackalloc byte[SegmentDescriptor.Size + sizeof(uint)];
            segment.Descriptor.WriteTo(value);
            BitConverter.TryWriteBytes(value[SegmentDescriptor.Size..], _options.Token is null ? token.Value : 0);
            _published = _context.Publish(NameOf(_options), value);
            return board;
        }
        catch
        {
            board?.Dispose();
            segment.Dispose();
            throw;
        }
    }

    private HeapBoard FindBoard(CancellationToken cancellationToken)
    {
        byte[] value;
        try
        {
            value = _context.Lookup(NameOf(_options), _options.Timeout, cancellationToken);
        }
        catch (UrmaException error) when (error.Status == UrmaStatus.TimedOut)
        {
            throw new UrmaException(UrmaStatus.TimedOut, $"Rank 0 has not come to heap '{_options.Name}' within {_options.Timeout}.", inner: error);
        }

        if (value.Length != SegmentDescriptor.Size + sizeof(uint))
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"What is published as heap '{_options.Name}' is none, or of another version of Urma.Net.");
        }

        Token token = _options.Token ?? new Token(BitConverter.ToUInt32(value.AsSpan(SegmentDescriptor.Size)));
        TargetSegment segment = _context.ImportSegment(SegmentDescriptor.Read(value), token);
        try
        {
            return HeapBoard.Open(segment, _options, _shape);
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    // Rank 0 proposes where the heap could lie until all have that place free.
    private void Propose(long deadline, string what, CancellationToken cancellationToken)
    {
        string refused = string.Empty;
        for (ulong number = 1; number <= MaxProposals; number++)
        {
            _reservation = AddressReservation.TryReserve(NextPlace(number), _shape.Stride * Size);
            if (_reservation is null)
            {
                refused = "0";
                continue;
            }

            Base = _reservation.Start;
            Volatile.Write(ref _board!.Word(0, HeapBoard.Base), (ulong)Base);
            _board.Tell(0, HeapBoard.Vote, (number * 2) + 1);
            _board.Tell(0, HeapBoard.Proposal, number);
            AwaitAll(HeapBoard.Vote, number * 2, deadline, what, cancellationToken: cancellationToken);
            refused = string.Join(", ", Enumerable.Range(0, Size).Where(r => (Volatile.Read(ref _board.Word(r, HeapBoard.Vote)) & 1) == 0));
            _board.Tell(0, HeapBoard.Decision, (number * 2) + (refused.Length == 0 ? 1UL : 0));
            if (refused.Length == 0)
            {
                return;
            }

            _reservation.Dispose();
            _reservation = null;
        }

        throw new UrmaException(
            UrmaStatus.OutOfMemory,
            $"No range of {_shape.Stride * Size} bytes of addresses is free in all ranks; at last rank {refused} had none at 0x{Base:x}. A process can be one rank only, "
            + "and its address space must not be limited (ulimit -v).");
    }

    private void Agree(long deadline, string what, CancellationToken cancellationToken)
    {
        ulong decision = 0;
        for (ulong number = 0; (decision & 1) == 0; )
        {
            AwaitRank(0, HeapBoard.Proposal, number + 1, deadline, what, cancellationToken);
            ulong proposed = Volatile.Read(ref _board!.Word(0, HeapBoard.Proposal));
            if (proposed <= number || proposed > MaxProposals)
            {
                throw new UrmaException(UrmaStatus.Failed, $"Rank 0 of heap '{_options.Name}' made proposal {proposed} after {number}: its memory is damaged.");
            }

            number = proposed;

            Base = (nint)Volatile.Read(ref _board.Word(0, HeapBoard.Base));
            _reservation = (Base & (BaseAlignment - 1)) == 0 ? AddressReservation.TryReserve(Base, _shape.Stride * Size) : null;
            _board.Tell(Rank, HeapBoard.Vote, (number * 2) + (_reservation is null ? 0UL : 1));
            AwaitRank(0, HeapBoard.Decision, number * 2, deadline, what, cancellationToken);
            decision = Volatile.Read(ref _board.Word(0, HeapBoard.Decision));
            if ((decision & 1) == 0)
            {
                _reservation?.Dispose();
                _reservation = null;
            }
        }

        if (_reservation is null)
        {
            throw new UrmaException(UrmaStatus.Failed, $"Rank 0 of heap '{_options.Name}' decided for a place this rank does not have: its memory is damaged.");
        }
    }

    private nint NextPlace(ulong number)
    {
        // Where the address space is smaller than usual, only the kernel knows a place.
        if (number > MaxProposals / 2)
        {
            return AddressReservation.FindPlace(_shape.Stride * Size, BaseAlignment);
        }

        uint choices = (uint)((HighestBase - LowestBase) / BaseAlignment);
        return (nint)(LowestBase + (Entropy.Next(choices) * BaseAlignment));
    }

    private nint StartOf(int rank) => (nint)(Base + (rank * _shape.Stride));

    private void ImportFrom(int rank)
    {
        (SegmentDescriptor descriptor, Token token) = _board!.OfferOf(rank);
        if (descriptor.Length != SliceLength || descriptor.VirtualAddress != (ulong)StartOf(rank))
        {
            throw new RankLostException(rank, $"Rank {rank} of heap '{_options.Name}' offers a slice that cannot be one: its record is damaged.");
        }

        _ = WatchOf(rank);
        _imports[rank] = _context.ImportSegmentAt(descriptor, token, StartOf(rank));
        _reservation!.Take(StartOf(rank), SliceLength);
    }

    private void GiveUp(Exception error)
    {
        Interlocked.Exchange(ref _closed, 1);
        if (_board is { IsGone: false } board && board.StageOf(Rank) is > HeapStage.Absent and <= HeapStage.Mapped)
        {
            board.Fail(Rank, error.Message);
            if (Rank == 0)
            {
                // The reason goes with the memory: those who wait get a moment to read it.
                Thread.Sleep(LongestSleep);
            }
        }

        Release();
    }
}
