using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Verbs;

/// <content>Asynchronous events.</content>
public sealed unsafe partial class VerbsContext
{
    private readonly DeviceEvents<VerbsEvent> _events;

    /// <summary>
    /// What the device tells that belongs to no request: queues that failed, ports that went down. Ends when the context is closed. Each event
    /// goes to one reader; of events that nobody reads the newest 1,024 are kept.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public IAsyncEnumerable<VerbsEvent> ReadEventsAsync(CancellationToken cancellationToken = default) => _events.ReadAsync(cancellationToken);

    private bool TryTakeEvent(out VerbsEvent item)
    {
        item = default!;
        ibv_async_event native;
        if (Libibverbs.ibv_get_async_event(Native, &native) != 0)
        {
            return false;
        }

        var kind = (VerbsEventKind)native.event_type;
        bool isOfPort = kind is VerbsEventKind.PortActive or VerbsEventKind.PortError or VerbsEventKind.LidChange or VerbsEventKind.PartitionKeyChange
            or VerbsEventKind.SubnetManagerChange or VerbsEventKind.ClientReregister or VerbsEventKind.GidChange;
        string words = Marshal.PtrToStringUTF8((nint)Libibverbs.ibv_event_type_str(native.event_type)) ?? kind.ToString();
        item = new VerbsEvent(kind, isOfPort ? native.element.port_num : 0, words);
        Libibverbs.ibv_ack_async_event(&native);
        return true;
    }
}
