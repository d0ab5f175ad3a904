using System.Globalization;

namespace Urma.Net.Collectives;

/// <summary>
/// Lines about what communicators do, in NCCL's spirit: <c>URMA_DEBUG=INFO</c> tells of communicators coming and going and of faults, <c>URMA_DEBUG=TRACE</c> of every
/// call, to standard error or to the file that <c>URMA_DEBUG_FILE</c> names (<c>%h</c> is the host, <c>%p</c> the process).
/// </summary>
internal static class CollectiveTrace
{
    private static readonly string Level = Environment.GetEnvironmentVariable("URMA_DEBUG")?.Trim().ToUpperInvariant() ?? string.Empty;
    private static readonly Lazy<TextWriter> Output = new(Open);

    /// <summary>Whether every call is told of. Constant for the compiler, so that it costs nothing when off.</summary>
    public static readonly bool ShowsCalls = Level is "TRACE";

    public static readonly bool ShowsInfo = ShowsCalls || Level is "INFO";

    public static void Joined(Communicator communicator, int hosts)
    {
        if (ShowsInfo)
        {
            Write(communicator, $"joined: all ranks are there; hosts: {hosts}");
        }
    }

    public static void Left(Communicator communicator)
    {
        if (ShowsInfo)
        {
            Write(communicator, "left");
        }
    }

    public static void Failed(Communicator communicator, CommunicatorFault fault)
    {
        if (ShowsInfo)
        {
            Write(communicator, $"failed, {fault.Kind}: {fault.Message}");
        }
    }

    public static void Call(Communicator communicator, long operation, in CollectiveCall call) =>
        Write(communicator, string.Create(CultureInfo.InvariantCulture, $"operation {operation}: {call.Describe()}"));

    private static void Write(Communicator communicator, string text)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.MachineName}:{Environment.ProcessId}:{Environment.CurrentManagedThreadId} URMA {(ShowsCalls ? "TRACE" : "INFO")} {communicator}: {text}");
        TextWriter output = Output.Value;
        lock (output)
        {
            try
            {
                output.WriteLine(line);
                output.Flush();
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // A full disk or a closed pipe takes the trace, not the program.
            }
        }
    }

    // A file that cannot be had must not keep a program from running.
    private static TextWriter Open()
    {
        if (Environment.GetEnvironmentVariable("URMA_DEBUG_FILE") is { Length: > 0 } name)
        {
            string path = name
                .Replace("%h", Environment.MachineName, StringComparison.Ordinal)
                .Replace("%p", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            try
            {
                return new StreamWriter(path, append: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                Console.Error.WriteLine($"URMA_DEBUG_FILE: {exception.Message}");
            }
        }

        return Console.Error;
    }
}
