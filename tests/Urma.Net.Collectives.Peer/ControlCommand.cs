using System.Globalization;
using System.Text;
using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Peer;

/// <summary>
/// <c>control RANK SIZE SECONDS</c>: one rank of a control plane, of the id in <c>URMA_TEST_ID</c>. Says <c>joined</c>, then does what it is told on
/// standard input.
/// </summary>
internal sealed class ControlCommand : IControlListener
{
    private volatile string _state = "idle";

    public static int Run(string[] arguments)
    {
        int rank = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int size = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        TimeSpan timeout = TimeSpan.FromSeconds(double.Parse(arguments[2], CultureInfo.InvariantCulture));
        string id = Environment.GetEnvironmentVariable("URMA_TEST_ID")!;
        var listener = new ControlCommand();
        try
        {
            using ControlPlane plane = ControlPlane.Connect(UniqueId.Parse(id), rank, size, listener, timeout, CancellationToken.None);
            Lines.Say("joined");
            while (Console.In.ReadLine() is { } line && line != "exit")
            {
                listener.Do(plane, line.Split(' '), timeout);
            }

            Lines.Say("disposing");
        }
        catch (Exception error) when (error is UrmaException or TimeoutException)
        {
            Lines.Say($"failed {error.Message}");
            return 1;
        }

        return 0;
    }

    public void OnFault(CommunicatorFault fault) => Lines.Say($"fault {fault.Kind} {fault.Rank} {fault.Message}");

    public string DescribeState() => _state;

    private void Do(ControlPlane plane, string[] words, TimeSpan timeout)
    {
        switch (words[0])
        {
            case "gather":
                byte[][] parts = plane.AllGather(Encoding.UTF8.GetBytes(words[2]), int.Parse(words[1], CultureInfo.InvariantCulture), timeout, CancellationToken.None);
                Lines.Say($"gathered {string.Join(',', parts.Select(Encoding.UTF8.GetString))}");
                break;
            case "state":
                _state = string.Join(' ', words[1..]);
                Lines.Say("set");
                break;
            case "report":
                plane.Report(new CommunicatorFault(Enum.Parse<CommunicatorFaultKind>(words[1]), 0, string.Join(' ', words[2..])));
                break;
            case "leave":
                plane.Leave(TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture)));
                Lines.Say("left");
                break;
            case "crash":
                Environment.FailFast(null);
                break;
            default:
                throw new ArgumentException($"Not a command: {words[0]}");
        }
    }
}
