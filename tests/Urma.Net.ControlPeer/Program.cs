using System.Globalization;
using Urma.Net.ControlPeer;
using Urma.Net.Providers.Loopback.Control;

// Usage: engine <fabric> <label> [uasid] | step <fabric> <uasid> <listen|accept|read>
//        | knock <fabric> <uasid> <silent|hello> | context <fabric> <label>
// Says on standard output what it reached; commands for an engine come on standard input; ends with standard input.
LoopbackFabric fabric = LoopbackFabric.Parse(args[1]);
switch (args[0])
{
    case "engine":
        uint? uasid = args.Length > 3 ? uint.Parse(args[3], CultureInfo.InvariantCulture) : null;
        using (var engine = new EnginePeer(fabric, args[2], uasid))
        {
            engine.Run();
        }

        return 0;
    case "step":
        HandshakeSteps.Answer(fabric, uint.Parse(args[2], CultureInfo.InvariantCulture), args[3]);
        return 0;
    case "knock":
        HandshakeSteps.Knock(fabric, uint.Parse(args[2], CultureInfo.InvariantCulture), args[3]);
        return 0;
    case "context":
        WritingPeer.Run(fabric.ToString(), args[2]);
        return 0;
    default:
        Console.Error.WriteLine($"'{args[0]}' is not a role.");
        return 1;
}
