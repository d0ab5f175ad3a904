using System.Diagnostics;
using System.Net.Sockets;
using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Programs;

/// <summary>
/// C programs and .NET programs on one fabric: the device in the C program's library was compiled ahead of time from the
/// engine that this process runs just in time, so two builds of it meet here.
/// </summary>
public sealed class ManagedPeerTests
{
    private static readonly string[] Program = ["samples/rm_messages.c", "common/check.c", "common/device.c", "common/peer.c"];

    [SoftwareUbFact]
    public async Task A_C_program_sends_to_a_managed_one()
    {
        using var directory = new TemporaryDirectory();
        string fabric = Guid.NewGuid().ToString("N");
        string meeting = Path.Combine(directory.Path, "meeting");
        using var end = new ManagedEnd(fabric);
        using Socket listener = SidePath.Listen(meeting);
        using Process program = CProgram.Start(CProgram.Compile(directory, Program), fabric, ("URMA_TEST_CONNECT", meeting));
        using SidePath path = await SidePath.AcceptAsync(listener);

        using (end.Meet(path))
        {
            end.Receive(path);
            path.Meet();
        }

        path.Meet();
        await CProgram.EndAsync(program);
    }

    [SoftwareUbFact]
    public async Task A_managed_program_sends_to_one_in_C()
    {
        using var directory = new TemporaryDirectory();
        string fabric = Guid.NewGuid().ToString("N");
        string meeting = Path.Combine(directory.Path, "meeting");
        using var end = new ManagedEnd(fabric);
        using Process program = CProgram.Start(CProgram.Compile(directory, Program), fabric, ("URMA_TEST_LISTEN", meeting));
        using SidePath path = await SidePath.ConnectAsync(meeting);

        using (TargetJetty target = end.Meet(path))
        {
            end.Send(path, target);
            path.Meet();
        }

        path.Meet();
        Assert.Contains($"received \"hello\" from jetty {end.JettyId}", await CProgram.EndAsync(program), StringComparison.Ordinal);
    }
}
