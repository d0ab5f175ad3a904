using System.Diagnostics;

namespace Urma.Net.Samples;

/// <summary>Starts this program a second time, so that every sample has two processes without a second terminal.</summary>
internal sealed class OtherEnd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private OtherEnd(Process process)
    {
        _process = process;
    }

    /// <summary>Starts it with these arguments, under <c>dotnet run</c> as well as by its own name.</summary>
    public static OtherEnd Start(params string[] arguments)
    {
        string program = Environment.ProcessPath!;
        bool isDotnet = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] all = isDotnet ? [typeof(OtherEnd).Assembly.Location, .. arguments] : arguments;
        return new OtherEnd(Process.Start(program, all));
    }

    /// <summary>Waits for it to end by itself.</summary>
    /// <returns>Whether it reported success.</returns>
    public bool Succeeded() => _process.WaitForExit(Patience) && _process.ExitCode == 0;

    /// <summary>Ends it if it still runs: nothing is left behind when this end fails.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
