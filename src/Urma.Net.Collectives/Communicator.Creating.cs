using System.Globalization;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives;

public sealed unsafe partial class Communicator
{
    /// <summary>The most ranks that one host can have.</summary>
    public const int MaxRanksPerHost = 256;

    // Below, meeting twice costs more than copying twice.
    internal const long DefaultDirectLength = 32 << 10;

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

    private void GiveUpJoining(Exception exception)
    {
        if (_fault is null && _control is not null)
        {
            _control.Report(new CommunicatorFault(
                CommunicatorFaultKind.Aborted, Rank, $"Rank {Rank} could not join {Name}: {exception.Message}"));
        }

        (_disposing, _disposed) = (1, 1);
        _control?.Dispose();
        _endpoint?.Dispose();
        DisposeEngine();
        _verdict.Dispose();
    }
}
