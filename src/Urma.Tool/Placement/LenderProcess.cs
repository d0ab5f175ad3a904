using System.Diagnostics;
using Urma.Net.Tool.Commands;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Placement;

/// <summary>A second process of this program that lends memory (<see cref="LendCommand"/>), and the pool it lends it through.</summary>
internal sealed class LenderProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private LenderProcess(Process process, BorrowPool pool, TargetSegment segment)
    {
        _process = process;
        Pool = pool;
        Segment = segment;
    }

    public BorrowPool Pool { get; }

    /// <summary>What it granted besides.</summary>
    public TargetSegment Segment { get; }

    /// <summary>Starts it; returns when it has offered everything.</summary>
    /// <param name="context">Who borrows.</param>
    /// <param name="policy">How.</param>
    /// <param name="offers">Bytes of each offer.</param>
    /// <param name="segmentLength">Bytes of the segment it grants.</param>
    public static LenderProcess Start(UrmaContext context, BorrowPolicy policy, IEnumerable<long> offers, long segmentLength)
    {
        string name = $"lend-{Environment.ProcessId}-{Guid.NewGuid():N}"[..32];
        BorrowPool pool = BorrowPool.Create(context, name, policy: policy);
        Process? process = null;
        try
        {
            process = SelfProcess.Start(
            [
                "lend", "--provider", context.Device.ConnectionString, "--pool", name, "--segment", $"{segmentLength}",
                .. offers.SelectMany(static o => new[] { "--offer", $"{o}" }),
            ]);
            byte[] grant = context.Lookup(name + ".segment", Patience);
            var token = new Token(BitConverter.ToUInt32(grant, SegmentDescriptor.Size));
            return new LenderProcess(process, pool, context.ImportSegment(SegmentDescriptor.Read(grant), token));
        }
        catch
        {
            pool.Dispose();
            if (process is not null)
            {
                SelfProcess.End(process, TimeSpan.Zero);
            }

            throw;
        }
    }

    public void Dispose()
    {
        Segment.Dispose();
        Pool.Dispose();
        SelfProcess.End(_process, TimeSpan.FromSeconds(5));
    }
}
