using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <content>Asynchronous events.</content>
public sealed unsafe partial class UbContext
{
    private readonly DeviceEvents<UbEvent> _events;

    /// <summary>
    /// What the device tells that belongs to no request: queues that failed, ports that went down. Ends when the context is closed. Each event
    /// goes to one reader; of events that nobody reads the newest 1,024 are kept.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public IAsyncEnumerable<UbEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _events.ReadAsync(cancellationToken);

    private bool TryTakeEvent(out UbEvent item)
    {
        item = default!;
        urma_async_event_t native;
        if ((int)Liburma.urma_get_async_event(_native, &native) != 0)
        {
            return false;
        }

        item = Describe(native);
        Liburma.urma_ack_async_event(&native);
        return true;
    }

    private static UbEvent Describe(in urma_async_event_t item)
    {
        var kind = (UbEventKind)item.event_type;
        uint id = kind switch
        {
            UbEventKind.JfcError => item.element.jfc->jfc_id.id,
            UbEventKind.JfsError => item.element.jfs->jfs_id.id,
            UbEventKind.JfrError or UbEventKind.JfrLimit => item.element.jfr->jfr_id.id,
            UbEventKind.JettyError or UbEventKind.JettyLimit => item.element.jetty->jetty_id.id,
            UbEventKind.JettyGroupError => item.element.jetty_grp->jetty_grp_id.id,
            UbEventKind.PortActive or UbEventKind.PortDown => item.element.port_id,
            UbEventKind.EidChange => item.element.eid_idx,
            _ => 0,
        };
        return new UbEvent(kind, id, $"{kind} of {id}");
    }
}
