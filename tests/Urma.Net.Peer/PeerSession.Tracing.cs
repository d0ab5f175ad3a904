using System.Diagnostics;
using Urma.Net.Diagnostics;

namespace Urma.Net.Peer;

/// <content>Verbs of messages that carry trace context.</content>
internal sealed partial class PeerSession
{
    private MessageChannel? _traced;

    private string? ExecuteTracing(Command command) => command.Verb switch
    {
        "trace-connect" => ConnectTraced(command),
        "trace-send" => SendTraced(command),
        "trace-receive" => ReceiveTraced(),
        _ => null,
    };

    private string ConnectTraced(Command command)
    {
        var options = new MessageChannelOptions { PropagateTraceContext = !command.Has("silent") };
        _traced = MessageChannel.ConnectAsync(Context, command.Text("name"), Bound, options).GetAwaiter().GetResult();
        return Ok($"carries={_traced.CarriesTraceContext}");
    }

    /// <summary>Sends inside the span that a listener makes of it, and says which that was.</summary>
    private string SendTraced(Command command)
    {
        Activity? ended = null;
        using (Listen(activity => ended = activity))
        {
            _traced!.SendAsync(new byte[command.Int("length")]).AsTask().WaitAsync(Bound).GetAwaiter().GetResult();
            AwaitEnds();
        }

        return Ok($"trace={ended!.TraceId} span={ended.SpanId}");
    }

    /// <summary>Receives and says which span was the parent of this process's own.</summary>
    private string ReceiveTraced()
    {
        Activity? ended = null;
        using (Listen(activity => ended = activity))
        {
            using MessageLease lease = _traced!.ReceiveAsync().AsTask().WaitAsync(Bound).GetAwaiter().GetResult();
            AwaitEnds();
            return Ok($"trace={ended!.TraceId} parent={ended.ParentSpanId} length={lease.Length}");
        }
    }

    private static void AwaitEnds() => _ = SpinWait.SpinUntil(static () => OperationSpan.AllTold, Bound);

    private static ActivityListener Listen(Action<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == UrmaDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
