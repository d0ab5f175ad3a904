using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Urma.Net.Loopback.Tests.Processes;

namespace Urma.Net.Verbs.Tests.Far;

/// <summary>A .NET process with a context on the other machine (<c>$URMA_GUEST_ON_PEER</c>, tests/Rdma/README.md), which does what it is told.</summary>
public sealed class FarPeer : IDisposable
{
    // A runtime starts under emulation, and on a machine that does other things.
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _errors = new();

    /// <summary>Starts it, and opens its context.</summary>
    public FarPeer()
    {
        _process = Process.Start(OnPeer("dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Urma.Net.Peer.dll")))!;
        _process.OutputDataReceived += (_, line) => _lines.Add(line.Data ?? "(end of output)");
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? string.Empty);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        ProcessId = (int)new PeerReply(Next(StartBound)).Number("pid");
        _ = Ask($"open on={VerbsHarness.ConnectionString}");
    }

    /// <summary>Its number there.</summary>
    public int ProcessId { get; }

    /// <summary>Whether there is another machine.</summary>
    public static bool IsThere => Environment.GetEnvironmentVariable("URMA_GUEST_PEER") is { Length: > 0 };

    /// <summary>Runs a program there to its end.</summary>
    public static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(OnPeer(program, arguments))!;
        Assert.True(process.WaitForExit(StartBound), $"{program} did not end.");
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
    }

    /// <summary>Tells it something, and hears the answer, which must be a good one.</summary>
    internal PeerReply Ask(string line)
    {
        Tell(line);
        return Answer();
    }

    internal void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>The answer to what it was told.</summary>
    internal PeerReply Answer()
    {
        var reply = new PeerReply(Next(Bounds.Operation));
        Assert.True(reply.IsOk, reply.Line);
        return reply;
    }

    /// <summary>Ends its process there, as a crash would.</summary>
    public void Kill() => Run("kill", "-KILL", ProcessId.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        // It ends with its input.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Bounds.Operation))
        {
            _process.Kill();
        }

        _process.Dispose();
        _lines.Dispose();
    }

    private static ProcessStartInfo OnPeer(string program, params string[] arguments)
    {
        string onPeer = Environment.GetEnvironmentVariable("URMA_GUEST_ON_PEER") ?? throw new InvalidOperationException("There is no other machine.");
        return new ProcessStartInfo(onPeer, [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private string Next(TimeSpan bound)
    {
        while (true)
        {
            Assert.True(_lines.TryTake(out string? line, bound), $"No answer came. Errors: {string.Join('\n', _errors)}");
            Assert.False(line == "(end of output)", $"The peer ended. Errors: {string.Join('\n', _errors)}");
            if (!line!.StartsWith("event ", StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}
