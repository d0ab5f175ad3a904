namespace Urma.Net.Collectives.Peer;

/// <summary>Standard output, one line per result, also from several threads.</summary>
internal static class Lines
{
    private static readonly Lock _gate = new();

    public static void Say(string line)
    {
        lock (_gate)
        {
            Console.Out.WriteLine(line.Replace('\n', '|'));
            Console.Out.Flush();
        }
    }
}
