using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Verbs;

/// <summary>An event channel.</summary>
internal sealed unsafe class VerbsJfce : DeviceJfce
{
    public VerbsJfce(VerbsContext context)
        : base(context, context.Objects)
    {
        Marshal.SetLastSystemError(0);
        Native = Libibverbs.ibv_create_comp_channel(context.Native);
        int error = Marshal.GetLastSystemError();
        if (Native == null)
        {
            CloseNudge();
            throw VerbsError.FromErrno(error, "create a JFCE");
        }

        if (!TryMakeNonBlocking(Native->fd))
        {
            error = Marshal.GetLastPInvokeError();
            _ = DeleteNative();
            CloseNudge();
            throw VerbsError.FromErrno(error, "make an event descriptor");
        }
    }

    public ibv_comp_channel* Native { get; }

    private protected override int Descriptor => Native->fd;

    private protected override int Collect(Span<Jfc> ready)
    {
        int found = 0;
        foreach (DeviceJfc member in Members)
        {
            if (found < ready.Length && ((VerbsJfc)member).TakeEvent())
            {
                ready[found++] = member;
            }
        }

        if (found != 0)
        {
            return found;
        }

        lock (Lock)
        {
            while (found < ready.Length && TryTakeEvent(out VerbsJfc? member))
            {
                if (member is not null && !Has(ready[..found], member))
                {
                    ready[found++] = member;
                }
            }
        }

        return found;
    }

    private protected override void KeepEvents()
    {
        while (TryTakeEvent(out VerbsJfc? member))
        {
            member?.KeepEvent();
        }
    }

    private protected override int DeleteNative() => Libibverbs.ibv_destroy_comp_channel(Native);

    // Under the lock. The JFC is null where it is going.
    private bool TryTakeEvent(out VerbsJfc? member)
    {
        ibv_cq* queue;
        void* ignored;
        if (Libibverbs.ibv_get_cq_event(Native, &queue, &ignored) != 0)
        {
            member = null;
            return false;
        }

        member = (VerbsJfc?)Find(queue);
        if (member is null)
        {
            // Destroying it waits until its events are acknowledged.
            Libibverbs.ibv_ack_cq_events(queue, 1);
        }

        member?.CountEvent();
        return true;
    }

    private static bool TryMakeNonBlocking(int descriptor)
    {
        int flags = Libc.Fcntl(descriptor, Libc.F_GETFL, 0);
        return flags >= 0 && Libc.Fcntl(descriptor, Libc.F_SETFL, flags | Libc.O_NONBLOCK) >= 0;
    }
}
