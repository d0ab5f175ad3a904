using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>
/// A request's place in a lane: what the device was given, kept until the request has ended, because a lane that had to be connected
/// anew gives it to the device again.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LaneSlot
{
    /// <summary>What the device gets.</summary>
    public ibv_send_wr Main;

    /// <summary>What it gets before, where <see cref="HasFirst"/>: the data of a write-notify, the upper half of an immediate.</summary>
    public ibv_send_wr First;

    /// <summary>The one element of <see cref="First"/>, or of <see cref="Main"/> where that list belongs to <see cref="First"/>.</summary>
    public ibv_sge Extra;

    public ulong UserContext;

    /// <summary>Reported when it succeeds.</summary>
    public long Length;

    public SlotKind Kind;

    /// <summary>How it ends, where the device does not carry it out.</summary>
    public CompletionStatus Status;

    public bool HasFirst;

    /// <summary>Whether its user hears of a success.</summary>
    public bool IsReported;

    public Opcode Opcode;
}
