using System.Diagnostics;
using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Programs;

/// <summary>Programs in C, written against the public headers only, run on the software UB device.</summary>
public sealed class CProgramTests
{
    private static readonly string[] Common = ["common/check.c", "common/device.c", "common/peer.c"];
    private static readonly string[] Endpoint = [.. Common, "matrix/endpoint.c", "matrix/pieces.c"];

    [SoftwareUbFact]
    public Task Reliable_messages() => RunAsync("received \"hello\"", ["samples/rm_messages.c", .. Common]);

    [SoftwareUbFact]
    public Task One_sided_operations() => RunAsync("read 43", ["samples/one_sided.c", .. Common]);

    [SoftwareUbFact]
    public Task Reliable_connections() => RunAsync("100 messages", ["samples/rc_connection.c", .. Common]);

    [SoftwareUbFact]
    public Task Completion_events() => RunAsync("slept for 20", ["samples/completion_events.c", .. Common]);

    [SoftwareUbFact]
    public Task Every_function_survives_zero_arguments() => RunAsync("survived", ["robust/zero_arguments.c", .. Common]);

    [SoftwareUbFact]
    public Task The_calls_around_the_data_path() => RunAsync("as documented", ["robust/control.c", .. Common]);

    [SoftwareUbFact]
    public Task Objects_made_in_steps_and_the_extended_forms() => RunAsync("as documented", ["robust/steps.c", .. Common]);

    [SoftwareUbFact]
    public Task Rarer_ways_of_a_message() => RunAsync("all arrived as they should", ["robust/messages.c", .. Endpoint]);

    [SoftwareUbFact]
    public Task Many_threads_share_a_jetty_and_a_queue() => RunAsync("each with its record", ["robust/shared_jetty.c", .. Endpoint]);

    [SoftwareUbFact]
    public Task The_library_is_not_noticed_by_the_program_that_loads_it() => RunAsync("not noticed", ["robust/loading.c", "common/check.c"]);

    [SoftwareUbFact]
    public Task What_must_be_refused_is_refused() => RunAsync("all as they should be", ["robust/refusals.c", .. Endpoint]);

    [SoftwareUbFact]
    public Task The_matrix() => RunAsync(
        "cells passed",
        ["matrix/matrix.c", "matrix/run.c", "matrix/cell.c", "matrix/records.c", "matrix/atomics.c", .. Endpoint]);

    [SoftwareUbFact]
    public async Task Two_programs_that_were_started_apart()
    {
        using var directory = new TemporaryDirectory();
        string program = CProgram.Compile(directory, ["samples/rm_messages.c", .. Common]);
        string meeting = Path.Combine(directory.Path, "meeting");
        string fabric = Guid.NewGuid().ToString("N");

        using Process one = CProgram.Start(program, fabric, ("URMA_TEST_LISTEN", meeting));
        using Process other = CProgram.Start(program, fabric, ("URMA_TEST_CONNECT", meeting));

        Assert.Contains("received \"hello\"", string.Concat(await Task.WhenAll(CProgram.EndAsync(one), CProgram.EndAsync(other))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_zero_arguments_are_those_of_every_function()
    {
        string program = File.ReadAllText(Path.Combine(Repository.Root, "native", "tests", "robust", "zero_arguments.c"));

        Assert.All(Signatures.Liburma, signature => Assert.Contains(signature.Name + "(", program, StringComparison.Ordinal));
    }

    private static async Task RunAsync(string expected, params string[] sources)
    {
        using var directory = new TemporaryDirectory();
        using Process process = CProgram.Start(CProgram.Compile(directory, sources), Guid.NewGuid().ToString("N"));

        Assert.Contains(expected, await CProgram.EndAsync(process), StringComparison.Ordinal);
    }
}
