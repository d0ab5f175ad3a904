using System.Diagnostics;
using System.Globalization;

namespace Urma.Net.Ub.Tests.SharedMemory;

/// <summary>Another host: a C program (native/tests/obmm/other_side.c) that does what it is told.</summary>
internal sealed class OtherHost : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    public OtherHost()
    {
        SoftwareObmm.Use();
        string program = Path.Combine(SoftwareObmm.Folder, "urma_c_obmm_other_side");
        Skip.IfNot(File.Exists(program), $"{program} is not built: ./build.sh native (needs cmake).");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["LD_LIBRARY_PATH"] = SoftwareObmm.Folder;
        start.Environment["URMA_OBMM_PREFIX"] = SoftwareObmm.Prefix;
        _process = Process.Start(start)!;
    }

    /// <summary>Exports memory, as C describes it.</summary>
    public UbSharedMemoryDescriptor Export(long length)
    {
        string[] words = Ask($"export {length}").Split(' ');
        byte[] controller = Convert.FromHexString(words[3]);
        Array.Reverse(controller);
        return new UbSharedMemoryDescriptor(Number<ulong>(words[0]), Number<long>(words[1]), Number<uint>(words[2]), new Eid(controller));
    }

    /// <summary>Imports memory; 0 or errno.</summary>
    public int Import(UbSharedMemoryDescriptor descriptor)
    {
        byte[] controller = new byte[16];
        descriptor.ExporterEid.WriteTo(controller);
        Array.Reverse(controller);
        return Number<int>(Ask($"import {descriptor.Address} {descriptor.Length} {descriptor.TokenId} {Convert.ToHexString(controller)}"));
    }

    /// <summary>Takes ownership of pages; 0 or errno.</summary>
    public int Own(long page, long pages, Ownership ownership) => Number<int>(Ask($"own {page} {pages} {(int)ownership}"));

    /// <summary>The first word of a page; null where the load was answered by a signal.</summary>
    public ulong? Read(long page) => Ask($"read {page}") is not "fault" and { } word ? Number<ulong>(word) : null;

    /// <summary>Adds 1 to the first word of a page; false where the store was answered by a signal.</summary>
    public bool Write(long page) => Ask($"write {page}") == "done";

    /// <summary>Ends its import or export; 0 or errno.</summary>
    public int End() => Number<int>(Ask("end"));

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Bound));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static T Number<T>(string word)
        where T : ISpanParsable<T> => T.Parse(word, CultureInfo.InvariantCulture);

    private string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        Task<string?> answer = _process.StandardOutput.ReadLineAsync();
        Assert.True(answer.Wait(Bound), $"'{line}' was not answered within {Bound}.");
        return answer.Result ?? throw new InvalidOperationException($"The other host ended at '{line}': its last words are above.");
    }
}
