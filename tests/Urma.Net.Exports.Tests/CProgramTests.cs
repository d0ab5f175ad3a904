namespace Urma.Net.Exports.Tests;

/// <summary>Programs written against liburma's headers alone, each with its own checks.</summary>
public class CProgramTests
{
    [SkippableTheory]
    [InlineData("urma_c_rm_messages", "received \"hello\"")]
    [InlineData("urma_c_one_sided", "wrote 40, added 2, swapped 42 for 43, read 43")]
    [InlineData("urma_c_rc_connection", "100 messages")]
    [InlineData("urma_c_completion_events", "slept for 20 messages")]
    [InlineData("urma_c_refusals", "all as they should be")]
    [InlineData("urma_c_peer_death", "the waiting message ended")]
    [InlineData("urma_c_control", "as documented")]
    [InlineData("urma_c_steps", "as documented")]
    [InlineData("urma_c_leftovers", "as documented")]
    [InlineData("urma_c_messages", "all arrived as they should")]
    [InlineData("urma_c_shared_jetty", "each with its record")]
    [InlineData("urma_c_zero_arguments", "survived")]
    [InlineData("urma_c_zero_members", "survived")]
    [InlineData("urma_c_loading", "not noticed")]
    [InlineData("urma_c_two_copies", "side by side")]
    [InlineData("urma_c_threads", "each once")]
    [InlineData("urma_c_matrix", "cells passed")]
    public async Task Runs_on_the_software_device(string name, string said)
    {
        using CProgram program = CProgram.Start(name, CProgram.NewFabric());
        Assert.Contains(said, await program.End(), StringComparison.Ordinal);
    }

    /// <summary>The same matrix where the device offers less, is another one, or is slower.</summary>
    [SkippableTheory]
    [InlineData("URMA_SOFT_LIMITS", "sge=2,inline=16,jfr_sge=1")]
    [InlineData("URMA_SOFT_LIMITS", "message=4096")]
    [InlineData("URMA_SOFT_LIMITS", "atomics=5")]
    [InlineData("URMA_SOFT_LINK", "rdma")]
    public async Task The_matrix_with_a_setting(string setting, string value)
    {
        using CProgram program = CProgram.Start("urma_c_matrix", CProgram.NewFabric(), (setting, value));
        Assert.Contains("cells passed", await program.End(), StringComparison.Ordinal);
    }

    /// <summary>The library with the 95 functions and the device attributes of the release before.</summary>
    [SkippableTheory]
    [InlineData("urma_c_rm_messages")]
    [InlineData("urma_c_one_sided")]
    [InlineData("urma_c_rc_connection")]
    [InlineData("urma_c_completion_events")]
    [InlineData("urma_c_refusals")]
    [InlineData("urma_c_matrix")]
    public async Task Runs_on_the_library_of_release_25_12(string name)
    {
        string release = Path.Combine(Repository.Native, "release-25.12");
        using CProgram program = CProgram.Start(name, CProgram.NewFabric(), ("LD_LIBRARY_PATH", release));
        await program.End();
    }

    [SkippableTheory]
    [InlineData("urma_c_obmm_ownership", "memory/", "moved and came back")]
    [InlineData("urma_c_obmm_ownership", "a-prefix-", "moved and came back")]
    [InlineData("urma_c_obmm_sharing", "memory/", "many readers or one writer")]
    [InlineData("urma_c_obmm_refusals", "memory/", "all as documented")]
    [InlineData("urma_c_obmm_crash", "memory/", "nothing was left")]
    [InlineData("urma_c_obmm_contention", "memory/", "no count was lost")]
    public async Task Memory_moves_through_the_software_libobmm(string name, string prefix, string said)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("urma-obmm-");
        try
        {
            using CProgram program = CProgram.Start(
                name, CProgram.NewFabric(), ("URMA_OBMM_PREFIX", Path.Combine(folder.FullName, prefix)));
            Assert.Contains(said, await program.End(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableTheory]
    [InlineData("urma_c_rm_messages")]
    [InlineData("urma_c_rc_connection")]
    public async Task Runs_as_two_programs_that_were_started_apart(string name)
    {
        string fabric = CProgram.NewFabric();
        string meeting = Path.Combine(Path.GetTempPath(), $"{fabric}.socket");
        try
        {
            using CProgram one = CProgram.Start(name, fabric, ("URMA_TEST_LISTEN", meeting));
            using CProgram other = CProgram.Start(name, fabric, ("URMA_TEST_CONNECT", meeting));
            await Task.WhenAll(one.End(), other.End());
        }
        finally
        {
            File.Delete(meeting);
        }
    }

    [SkippableTheory]
    [InlineData("urma_c_rm_messages")]
    [InlineData("urma_c_one_sided")]
    public async Task Runs_between_devices_and_behind_a_slower_link(string name)
    {
        using CProgram program = CProgram.Start(
            name, CProgram.NewFabric(), ("URMA_SOFT_DEVICES", "3"), ("URMA_TEST_DEVICE", "urma2"), ("URMA_SOFT_LINK", "rdma"));
        await program.End();
    }
}
