using System.Globalization;
using System.Text;
using Urma.Net;
using Urma.Net.Verbs.Control;
using Urma.Net.Verbs.PeerProgram;

// Arguments: the port of the rendezvous.
var options = new ControlOptions { Rendezvous = new RendezvousEndpoint("127.0.0.1", int.Parse(args[0], CultureInfo.InvariantCulture), "tests") };
using var plane = new ControlPlane(options, new GrantingHandler());
TimeSpan bound = TimeSpan.FromSeconds(20);
Console.WriteLine($"ready {plane.Identity.Uasid}");
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split(' ');
    try
    {
        switch (words[0])
        {
            case "import":
                ControlPeer owner = plane.GetPeer(plane.Identity.Eid, uint.Parse(words[1], CultureInfo.InvariantCulture), bound);
                for (int i = int.Parse(words[2], CultureInfo.InvariantCulture); i > 0; i--)
                {
                    _ = plane.ImportSegment(owner, new ImportSegmentRequest(7, 1, GrantingHandler.Secret), bound);
                }

                Console.WriteLine("imported");
                break;
            case "publish":
                _ = plane.Publish(words[1], Encoding.UTF8.GetBytes(words[2]), bound);
                Console.WriteLine("published");
                break;
            case "lookup":
                Console.WriteLine($"found {Encoding.UTF8.GetString(plane.Lookup(words[1], bound))}");
                break;
            default:
                Console.WriteLine($"failed: '{line}' is no command");
                break;
        }
    }
    catch (UrmaException error)
    {
        Console.WriteLine($"failed: {error.Message}");
    }
}
