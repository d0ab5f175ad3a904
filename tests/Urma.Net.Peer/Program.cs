using System.Globalization;

namespace Urma.Net.Peer;

/// <summary>
/// The second process of tests. Reads one command per line and answers each with one line, <c>ok key=value …</c> or
/// <c>error Type Status message</c>. Ends with its input, so it never outlives the test that started it.
/// </summary>
internal static class Program
{
    private static readonly Lock Output = new();

    public static int Main()
    {
        using var session = new PeerSession(Event);
        Write($"ok pid={Environment.ProcessId}");
        while (Console.In.ReadLine() is { } line)
        {
            Command command = Command.Parse(line);
            if (command.Verb == "exit")
            {
                return command.Int("code", 0);
            }

            try
            {
                Write(session.Execute(command));
            }
#pragma warning disable CA1031 // every failure is an answer
            catch (Exception error)
            {
                Write(Describe(error));
            }
#pragma warning restore CA1031
        }

        return 0;
    }

    /// <summary>One line that says how a call failed.</summary>
    public static string Describe(Exception error)
    {
        string status = error is UrmaException urma ? urma.Status.ToString() : "-";
        return string.Create(CultureInfo.InvariantCulture, $"error {error.GetType().Name} {status} {error.Message.ReplaceLineEndings(" ")}");
    }

    /// <summary>Tells the test something it did not ask for now.</summary>
    private static void Event(string text) => Write("event " + text);

    private static void Write(string line)
    {
        lock (Output)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
