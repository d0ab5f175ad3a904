using System.Buffers.Binary;
using System.Globalization;
using Urma.Net.Collectives.Bootstrap;
using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Posted;

namespace Urma.Net.Collectives;

public sealed unsafe partial class Communicator
{
    /// <summary>The most ranks that one host can have.</summary>
    public const int MaxRanksPerHost = 256;

    // Below, meeting twice costs more than copying twice.
    internal const long DefaultDirectLength = 32 << 10;

    private const int ArenasTag = 1;
    private const int JoinedTag = 2;
    private const int LeavingTag = 5;
    private const int InboxesTag = 6;

    /// <summary>Joins the other ranks (<c>ncclCommInitRank</c>); returns when all are there.</summary>
    /// <param name="context">The context whose memory and links it uses; must outlive the communicator. Several ranks of a process may share one.</param>
    /// <param name="id">The same at all ranks; one communicator each.</param>
    /// <param name="rank">This rank, from 0 to <paramref name="size"/> − 1, each once.</param>
    /// <param name="size">How many ranks there are.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">Rank, size or an option is out of its range.</exception>
    /// <exception cref="CollectiveException">Not all ranks came in time, or one of them failed; the message names them.</exception>
    /// <exception cref="UrmaException">Memory could not be had, or not be shared.</exception>
    public static Communicator Create(
        UrmaContext context,
        UniqueId id,
        int rank,
        int size,
        CommunicatorOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, size);
        options ??= CommunicatorOptions.Default;
        options.Validate();
        var communicator = new Communicator(context, rank, size, options);
        try
        {
            communicator.Join(id, cancellationToken);
            return communicator;
        }
        catch (Exception exception)
        {
            communicator.GiveUpJoining(exception);
            throw;
        }
    }

    /// <summary>As <see cref="Create(UrmaContext, UniqueId, int, int, CommunicatorOptions?, CancellationToken)"/>, on a thread of the pool.</summary>
    /// <inheritdoc cref="Create(UrmaContext, UniqueId, int, int, CommunicatorOptions?, CancellationToken)"/>
    public static Task<Communicator> CreateAsync(
        UrmaContext context,
        UniqueId id,
        int rank,
        int size,
        CommunicatorOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Task.Factory.StartNew(
            () => Create(context, id, rank, size, options, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

    /// <summary>
    /// Joins the ranks that a launcher started together: <c>urma launch</c>, <c>mpirun</c>, <c>srun</c>, <c>torchrun</c>. Started alone, this is the only rank.
    /// </summary>
    /// <param name="context">The context whose memory and links it uses; must outlive the communicator.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <remarks>One communicator each; further ones are made by <see cref="Split"/>. See <see cref="RankEnvironment"/> for the variables that are looked at.</remarks>
    /// <inheritdoc cref="Create(UrmaContext, UniqueId, int, int, CommunicatorOptions?, CancellationToken)"/>
    public static Communicator FromEnvironment(UrmaContext context, CommunicatorOptions? options = null, CancellationToken cancellationToken = default) =>
        RankEnvironment.TryDetect(out RankInfo? info)
            ? Create(context, info.Id, info.Rank, info.Size, options, cancellationToken)
            : Create(context, UniqueId.FromName(string.Create(CultureInfo.InvariantCulture, $"alone-{Guid.NewGuid():N}")), 0, 1, options, cancellationToken);

    /// <summary>Makes all ranks in this process (<c>ncclCommInitAll</c>); each is then used by a thread of its own, or all by one thread in a <see cref="CollectiveGroup"/>.</summary>
    /// <param name="context">The context that all of them use.</param>
    /// <param name="size">How many ranks there are.</param>
    /// <param name="options">How they behave.</param>
    /// <returns>The communicators, by rank.</returns>
    public static Communicator[] CreateAll(UrmaContext context, int size, CommunicatorOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        UniqueId id = UniqueId.FromName(string.Create(CultureInfo.InvariantCulture, $"all-{Guid.NewGuid():N}"));
        Task<Communicator>[] joining = new Task<Communicator>[size];
        for (int rank = 0; rank < size; rank++)
        {
            joining[rank] = CreateAsync(context, id, rank, size, options);
        }

        try
        {
            return Task.WhenAll(joining).GetAwaiter().GetResult();
        }
        catch
        {
            foreach (Task<Communicator> task in joining)
            {
                if (task.IsCompletedSuccessfully)
                {
                    task.Result.Dispose();
                }
            }

            throw;
        }
    }

    private void Join(UniqueId id, CancellationToken cancellationToken)
    {
        id.ToBytes().CopyTo(_secret, 0);
        _control = ControlPlane.Connect(id, Rank, Size, this, _options.JoinTimeout, cancellationToken);
        LocalArena? arena = _options.Path != CollectivePath.Posted && _context.Capabilities.SupportsMapping && Size <= MaxRanksPerHost
            ? new LocalArena(_context, Size)
            : null;
        try
        {
            RankRecord own = RankRecord.OfThisProcess(_options, arena);
            byte[][] answers = _control.AllGather(own.ToArray(), ArenasTag, _options.JoinTimeout, cancellationToken);
            RankRecord[] records = new RankRecord[Size];
            for (int rank = 0; rank < Size; rank++)
            {
                records[rank] = RankRecord.Read(rank, answers[rank]);
            }

            CheckOptions(own, records);
            _isOnOneHost = Array.TrueForAll(records, record => record.Host == own.Host);
            if (arena is not null && Array.TrueForAll(records, record => record.Arena is not null && record.Host == own.Host))
            {
                JoinMapped(arena, own, records);
            }
            else if (_options.Path == CollectivePath.Mapped)
            {
                throw new NotSupportedException("The ranks cannot map each other's memory: that needs a provider that maps, such as loopback, and ranks on one host.");
            }
            else
            {
                JoinPosted(records, cancellationToken);
            }
        }
        finally
        {
            if (_engine is not LocalGroup)
            {
                arena?.Dispose();
            }
        }

        // Nobody begins before all have mapped all.
        _ = _control.AllGather([], JoinedTag, _options.JoinTimeout, cancellationToken);
        CollectiveTrace.Joined(this);
    }

    // Ranks that choose differently would read each other's steps for something else.
    private static void CheckOptions(RankRecord own, RankRecord[] records)
    {
        int other = Array.FindIndex(records, record => record.DirectLength != own.DirectLength || record.Path != own.Path);
        if (other >= 0)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"Rank {other} joined with {nameof(CommunicatorOptions.Path)} {records[other].Path} and {nameof(CommunicatorOptions.DirectLength)} {records[other].DirectLength}, " +
                $"this rank with {own.Path} and {own.DirectLength}: all must be given the same.");
        }
    }

    private void JoinMapped(LocalArena arena, RankRecord own, RankRecord[] records)
    {
        for (int rank = 0; rank < Size; rank++)
        {
            arena.Add(rank, records[rank], rank == Rank);
        }

        _buffers = new RegisteredBuffers(arena.Own);
        _engine = new LocalGroup(new LocalGroupSetup
        {
            Context = _context,
            Arena = arena,
            Owner = this,
            Buffers = _buffers,
            Rank = Rank,
            Size = Size,
            IsCrowded = IsCrowded(records),
            NeedsFences = !Array.TrueForAll(records, record => record.HasBarriers),
            DirectLength = own.DirectLength,
            Timeout = _options.Timeout,
        });
    }

    private void JoinPosted(RankRecord[] records, CancellationToken cancellationToken)
    {
        var port = new PostedPort(_context, Rank, Size, this, _options.Timeout);
        try
        {
            byte[] own = new byte[SegmentDescriptor.Size + sizeof(uint)];
            port.Descriptor.WriteTo(own);
            BinaryPrimitives.WriteUInt32LittleEndian(own.AsSpan(SegmentDescriptor.Size), port.Token.Value);
            byte[][] answers = _control!.AllGather(own, InboxesTag, _options.JoinTimeout, cancellationToken);
            for (int rank = 0; rank < Size; rank++)
            {
                if (answers[rank].Length != own.Length)
                {
                    throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {rank} sent {answers[rank].Length} bytes that do not describe an inbox.");
                }

                uint token = BinaryPrimitives.ReadUInt32LittleEndian(answers[rank].AsSpan(SegmentDescriptor.Size));
                port.Add(rank, SegmentDescriptor.Read(answers[rank]), new Token(token));
            }

            _buffers = new RegisteredBuffers(port.Own);
            _engine = new PostedGroup(new PostedGroupSetup
            {
                Context = _context,
                Port = port,
                Owner = this,
                Buffers = _buffers,
                Rank = Rank,
                Size = Size,
                IsCrowded = IsCrowded(records),
                Timeout = _options.Timeout,
            });
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    private bool IsCrowded(RankRecord[] records) => Size > records.SelectMany(record => record.Processors.Select(processor => (record.Host, processor))).Distinct().Count();

    private void GiveUpJoining(Exception exception)
    {
        if (_fault is null && _control is not null)
        {
            _control.Report(new CommunicatorFault(
                CommunicatorFaultKind.Aborted, Rank, $"Rank {Rank} could not join {Name}: {exception.Message}"));
        }

        (_disposing, _disposed) = (1, 1);
        _control?.Dispose();
        DisposeEngine();
        _verdict.Dispose();
    }
}
