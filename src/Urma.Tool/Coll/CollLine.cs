using System.Runtime.InteropServices;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Coll;

/// <summary>The one-way time of a cache line between the first two ranks. The others wait meanwhile.</summary>
internal sealed unsafe class CollLine : IDisposable
{
    private const long Turns = 20_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly CollMember _member;
    private readonly Segment? _own;
    private readonly TargetSegment? _imported;
    private ulong _start;

    public CollLine(CollMember member)
    {
        _member = member;
        Span<byte> where = stackalloc byte[SegmentDescriptor.Size + sizeof(uint)];
        if (member.IsFirst)
        {
            _own = member.Context.AllocateSegment(2 * Yardsticks.LineSpacing);
            _own.Descriptor.WriteTo(where);
            uint token = _own.Token.Value;
            MemoryMarshal.Write(where[SegmentDescriptor.Size..], token);
        }

        member.FromFirst(where);
        if (member.Rank == 1)
        {
            _imported = member.Context.ImportSegment(SegmentDescriptor.Read(where), new Token(MemoryMarshal.Read<uint>(where[SegmentDescriptor.Size..])));
        }

        member.Communicator.Barrier();
    }

    /// <summary>Measures it.</summary>
    /// <returns>Nanoseconds; the same at all ranks.</returns>
    public double Measure()
    {
        double time = 0;
        if (_own is not null || _imported is not null)
        {
            // Ranks that are not bound may share a processor, and would take turns instead.
            int[] allowed = CpuPinning.GetAllowedProcessors();
            CpuPinning.PinCurrentThread(allowed[_member.Rank % allowed.Length]);
            using SegmentView view = _own is not null ? _own.Map() : _imported!.Map();
            byte* first = (byte*)view.Address, second = first + Yardsticks.LineSpacing;
            time = _member.IsFirst
                ? Yardsticks.Current.PingPong(first, second, _start, Turns, initiator: true, Limit) / (2.0 * Turns)
                : Yardsticks.Current.PingPong(second, first, _start, Turns, initiator: false, Limit) / (2.0 * Turns);
            _start += (ulong)Turns;
            CpuPinning.SetAllowedProcessors(allowed);
        }

        return _member.Max(_member.IsFirst ? time : 0);
    }

    public void Dispose()
    {
        _imported?.Dispose();
        _own?.Dispose();
    }
}
