using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <summary>An event channel.</summary>
internal sealed unsafe class UbJfce : DeviceJfce
{
    private const int MaxEvents = 64;

    public UbJfce(UbContext context)
        : base(context, context.Objects)
    {
        Marshal.SetLastSystemError(0);
        Native = Liburma.urma_create_jfce(context.Native);
        int error = Marshal.GetLastSystemError();
        if (Native == null)
        {
            CloseNudge();
            throw UbError.FromErrno(error, "create a JFCE");
        }
    }

    public urma_jfce_t* Native { get; }

    private protected override int Descriptor => Native->fd;

    private protected override int Collect(Span<Jfc> ready)
    {
        int found = 0;
        foreach (DeviceJfc member in Members)
        {
            if (found < ready.Length && member.HasSpilled)
            {
                ready[found++] = member;
            }
        }

        int most = Math.Min(ready.Length - found, MaxEvents);
        if (most == 0 || Members.IsEmpty)
        {
            return found;
        }

        urma_jfc_t** events = stackalloc urma_jfc_t*[MaxEvents];
        int count = Liburma.urma_wait_jfc(Native, (uint)most, 0, events);
        if (count <= 0)
        {
            return found;
        }

        uint* acknowledged = stackalloc uint[MaxEvents];
        new Span<uint>(acknowledged, count).Fill(1);
        Liburma.urma_ack_jfc(events, acknowledged, (uint)count);
        for (int i = 0; i < count; i++)
        {
            if (Find(events[i]) is { } member && !Has(ready[..found], member))
            {
                ready[found++] = member;
            }
        }

        return found;
    }

    private protected override int DeleteNative() => (int)Liburma.urma_delete_jfce(Native);
}
