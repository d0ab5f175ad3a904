namespace Urma.Net.Collectives.Peer;

/// <summary><c>make</c>: makes an id, says it, and waits for the end of standard input.</summary>
internal static class MakeCommand
{
    public static int Run()
    {
        Lines.Say(UniqueId.Create().ToString());
        _ = Console.In.ReadLine();
        return 0;
    }
}
