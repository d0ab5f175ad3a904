using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The spans of awaited operations. The data path asks <see cref="IsOn"/> only; everything else here runs while somebody listens. What listeners throw goes no further.
/// </summary>
internal static class UrmaTracing
{
    private static readonly ActivitySource Source = new(UrmaDiagnostics.ActivitySourceName, typeof(UrmaTracing).Assembly.GetName().Version?.ToString(3));

    /// <summary>Whether somebody listens to spans.</summary>
    public static bool IsOn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Source.HasListeners();
    }

    /// <summary>A span for a request of a queue, not started; null where no listener wants it.</summary>
    public static Activity? Create(UrmaContext context, in WorkRequest request, TargetJetty? target)
    {
        bool isMessage = request.Opcode is Opcode.Send or Opcode.SendImmediate;
        string name = NameOf(request.Opcode);
        Activity? activity = Make(name, isMessage ? ActivityKind.Producer : ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            Describe(activity, context, name, request.Local.Length);
            if (isMessage)
            {
                DescribeMessage(activity, name, "send", request.Local.Length);
            }

            if (target is not null)
            {
                activity.SetTag("urma.peer.uasid", (long)target.Descriptor.Uasid);
            }
        }

        return activity;
    }

    /// <summary>A span for a copy between global addresses, not started; null where no listener wants it.</summary>
    public static Activity? CreateCopy(UrmaContext context, uint? destination, uint? source, long length)
    {
        Activity? activity = Make("xcopy", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            Describe(activity, context, "xcopy", length);
            activity.SetTag("urma.copy.destination.uasid", (long?)destination);
            activity.SetTag("urma.copy.source.uasid", (long?)source);
        }

        return activity;
    }

    /// <summary>A span for a batch of copies, not started; null where no listener wants it.</summary>
    public static Activity? CreateBatch(UrmaContext context, ReadOnlySpan<XcopyItem> items)
    {
        Activity? activity = Make("xcopy_batch", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            long bytes = 0;
            foreach (ref readonly XcopyItem item in items)
            {
                bytes += item.Length;
            }

            Describe(activity, context, "xcopy_batch", bytes);
            activity.SetTag("urma.copy.count", items.Length);
        }

        return activity;
    }

    /// <summary>A span for an awaited send of a channel, not started; null where no listener wants it.</summary>
    public static Activity? CreateSend(MessageChannel channel, long length)
    {
        Activity? activity = Make(WithPeer("send", channel), ActivityKind.Producer);
        if (activity is { IsAllDataRequested: true })
        {
            Describe(activity, channel.Context, "send", length);
            DescribeMessage(activity, "send", "send", length);
            DescribePeer(activity, channel);
        }

        return activity;
    }

    /// <summary>
    /// A span for an awaited receive, once its message is known: from then on who sent it, too. Not started; null where no listener wants it.
    /// </summary>
    /// <param name="channel">The receiving end.</param>
    /// <param name="began">When the receive was asked for (UTC).</param>
    /// <param name="sender">The sender's span; default where the message carries none.</param>
    public static Activity? CreateReceive(MessageChannel channel, DateTime began, ActivityContext sender)
    {
        // A receive inside a span of the receiver's own belongs there, and only refers to the sender's.
        bool isRoot = Activity.Current is null;
        ActivityLink[]? links = sender == default ? null : [new ActivityLink(sender)];
        Activity? activity = Make(WithPeer("receive", channel), ActivityKind.Consumer, isRoot ? sender : default, links)?.SetStartTime(began);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("urma.provider", channel.Context.Device.Provider.Name);
            activity.SetTag("urma.operation.name", "receive");
            DescribePeer(activity, channel);
        }

        return activity;
    }

    /// <summary>Says how long a received message is.</summary>
    public static void DescribeReceived(Activity activity, long length)
    {
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("urma.operation.size", length);
            DescribeMessage(activity, "receive", "receive", length);
        }
    }

    // Listeners are asked here whether they want the span, and may throw.
    private static Activity? Make(string name, ActivityKind kind, ActivityContext parent = default, ActivityLink[]? links = null)
    {
        try
        {
            return Source.CreateActivity(name, kind, parent, tags: null, links);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static string NameOf(Opcode opcode) => opcode switch
    {
        Opcode.Write => "write",
        Opcode.WriteImmediate => "write_immediate",
        Opcode.WriteNotify => "write_notify",
        Opcode.Read => "read",
        Opcode.CompareSwap => "compare_swap",
        Opcode.Swap => "swap",
        Opcode.FetchAdd => "fetch_add",
        Opcode.FetchSub => "fetch_sub",
        Opcode.FetchAnd => "fetch_and",
        Opcode.FetchOr => "fetch_or",
        Opcode.FetchXor => "fetch_xor",
        Opcode.Send => "send",
        Opcode.SendImmediate => "send_immediate",
        _ => "drain",
    };

    private static string WithPeer(string name, MessageChannel channel) => channel.PeerLabel.Length == 0 ? name : $"{name} {channel.PeerLabel}";

    private static void Describe(Activity activity, UrmaContext context, string operation, long length)
    {
        activity.SetTag("urma.provider", context.Device.Provider.Name);
        activity.SetTag("urma.operation.name", operation);
        activity.SetTag("urma.operation.size", length);
    }

    private static void DescribeMessage(Activity activity, string operation, string type, long length)
    {
        activity.SetTag("messaging.system", "urma");
        activity.SetTag("messaging.operation.name", operation);
        activity.SetTag("messaging.operation.type", type);
        activity.SetTag("messaging.message.body.size", length);
    }

    private static void DescribePeer(Activity activity, MessageChannel channel)
    {
        activity.SetTag("urma.peer.uasid", (long)channel.PeerUasid);
        if (channel.PeerLabel.Length != 0)
        {
            activity.SetTag("messaging.destination.name", channel.PeerLabel);
        }
    }
}
