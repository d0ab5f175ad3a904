namespace Urma.Net.Peer;

/// <summary>A jetty with its queues and memory for both directions.</summary>
internal sealed class PeerJetty : IDisposable
{
    public PeerJetty(UrmaContext context, int sendDepth, int receiveDepth, long memoryLength, int rnrRetry = 7, PeerJetty? sharer = null)
    {
        SendJfc = context.CreateJfc(new JfcOptions { Depth = Math.Max(1, sendDepth) * 2 });
        ReceiveJfc = sharer?.ReceiveJfc ?? context.CreateJfc();
        Memory = context.AllocateSegment(memoryLength);
        Jetty = context.CreateJetty(new JettyOptions
        {
            SendJfc = SendJfc,
            Depth = sendDepth,
            RnrRetry = rnrRetry,
            Receive = new JfrOptions { ReceiveJfc = ReceiveJfc, Depth = receiveDepth },
        });
    }

    public Jfc SendJfc { get; }

    public Jfc ReceiveJfc { get; }

    public Segment Memory { get; }

    public Jetty Jetty { get; }

    public void Dispose()
    {
        Jetty.Dispose();
        Memory.Dispose();
        SendJfc.Dispose();
        ReceiveJfc.Dispose();
    }
}
