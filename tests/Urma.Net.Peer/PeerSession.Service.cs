using System.Diagnostics;

namespace Urma.Net.Peer;

/// <content>A service that takes messages and can become slow.</content>
internal sealed partial class PeerSession
{
    private long _serviceMicroseconds;

    private string? ExecuteService(Command command) => command.Verb switch
    {
        "serve" => Serve(command),
        "serve-time" => SetServiceTime(command),
        _ => null,
    };

    /// <summary>Takes every message after a while, one at a time, in the background.</summary>
    private string Serve(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        SetServiceTime(command);
        var receive = new ReceiveRequest(jetty.Memory.Range(0, 64));
        new Thread(() =>
        {
            Span<Completion> one = stackalloc Completion[1];
            while (true)
            {
                long began = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(began).TotalMicroseconds < Volatile.Read(ref _serviceMicroseconds))
                {
                    Thread.Sleep(0);
                }

                if (jetty.Jetty.PostReceive(receive) != UrmaStatus.Success)
                {
                    return;
                }

                while (jetty.ReceiveJfc.Wait(one, TimeSpan.FromSeconds(1)) == 0)
                {
                }
            }
        })
        { IsBackground = true }.Start();
        return "ok";
    }

    private string SetServiceTime(Command command)
    {
        Volatile.Write(ref _serviceMicroseconds, command.Number("microseconds"));
        return "ok";
    }
}
