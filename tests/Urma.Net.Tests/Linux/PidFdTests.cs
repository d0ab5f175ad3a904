using System.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

public sealed class PidFdTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void This_process_is_alive_and_accepts_its_own_descriptor_from_a_peer()
    {
        using PidFd self = PidFd.OpenSelf();
        using PidFd received = PidFd.FromPeer(TestMemory.Duplicate(self.Descriptor), Environment.ProcessId);

        Assert.Equal(Environment.ProcessId, received.Pid);
        Assert.False(received.HasExited);
        Assert.False(received.WaitForExit(TimeSpan.FromMilliseconds(5)));
        Assert.True(received.Signal(0));
    }

    [Fact]
    public void An_exit_is_seen_by_looking_waiting_and_polling()
    {
        using Process child = Process.Start("/bin/sleep", "600");
        using PidFd pidfd = PidFd.Open(child.Id);
        using var epoller = new Epoller();
        epoller.Add(pidfd.Descriptor, 5);
        Span<ulong> ready = stackalloc ulong[4];
        Assert.False(pidfd.HasExited);
        Assert.Equal(0, epoller.Wait(ready, 0));

        Assert.True(pidfd.Signal(Libc.SIGKILL));

        Assert.True(pidfd.WaitForExit(Soon));
        Assert.True(pidfd.HasExited);
        Assert.Equal(1, epoller.Wait(ready, 20_000));
        Assert.Equal(5ul, ready[0]);
        child.WaitForExit();
        Assert.True(pidfd.HasExited);
        Assert.False(pidfd.Signal(0));
    }

    [Fact]
    public void A_stopped_process_has_not_exited()
    {
        using Process child = Process.Start("/bin/sleep", "600");
        using PidFd pidfd = PidFd.Open(child.Id);

        Assert.True(pidfd.Signal(Libc.SIGSTOP));
        Assert.False(pidfd.WaitForExit(TimeSpan.FromMilliseconds(50)));

        Assert.True(pidfd.Signal(Libc.SIGKILL));
        Assert.True(pidfd.WaitForExit(Soon));
    }

    [Fact]
    public void A_descriptor_of_another_process_is_refused_and_closed()
    {
        using Process child = Process.Start("/bin/sleep", "600");
        using PidFd pidfd = PidFd.Open(child.Id);

        var error = Assert.Throws<UrmaException>(
            () => PidFd.FromPeer(TestMemory.Duplicate(pidfd.Descriptor), Environment.ProcessId));

        Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
        Assert.Contains(child.Id.ToString(), error.Message, StringComparison.Ordinal);
        pidfd.Signal(Libc.SIGKILL);
        Assert.True(pidfd.WaitForExit(Soon));
    }

    [Fact]
    public void A_descriptor_of_a_process_that_has_gone_is_refused()
    {
        using Process child = Process.Start("/bin/sleep", "600");
        int pid = child.Id;
        using PidFd pidfd = PidFd.Open(pid);
        pidfd.Signal(Libc.SIGKILL);
        child.WaitForExit();

        var error = Assert.Throws<UrmaException>(() => PidFd.FromPeer(TestMemory.Duplicate(pidfd.Descriptor), pid));

        Assert.Contains("has exited", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_stand_for_a_process_is_refused()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 4096);

        Assert.Throws<UrmaException>(() => PidFd.FromPeer(TestMemory.Duplicate(file.Descriptor), Environment.ProcessId));
        Assert.Throws<UrmaException>(() => PidFd.FromPeer(-1, Environment.ProcessId));
    }

    [Fact]
    public void A_peer_without_a_number_here_is_refused()
    {
        using PidFd self = PidFd.OpenSelf();

        var error = Assert.Throws<UrmaException>(() => PidFd.FromPeer(TestMemory.Duplicate(self.Descriptor), 0));

        Assert.Contains("PID namespace", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_does_not_exist_cannot_be_opened() =>
        Assert.Equal(Libc.ESRCH, Assert.Throws<UrmaException>(() => PidFd.Open(int.MaxValue - 1)).NativeError);
}
