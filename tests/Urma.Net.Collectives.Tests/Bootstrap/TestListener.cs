using Urma.Net.Collectives.Bootstrap;

namespace Urma.Net.Collectives.Tests.Bootstrap;

/// <summary>Remembers what it hears.</summary>
internal sealed class TestListener : IControlListener
{
    private readonly TaskCompletionSource<CommunicatorFault> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _faults;

    public Func<string> State { get; set; } = static () => "idle";

    public int Faults => Volatile.Read(ref _faults);

    public bool HasFault => _fault.Task.IsCompleted;

    public void OnFault(CommunicatorFault fault)
    {
        _ = Interlocked.Increment(ref _faults);
        _ = _fault.TrySetResult(fault);
    }

    public string DescribeState() => State();

    public CommunicatorFault WaitForFault(TimeSpan limit)
    {
        Assert.True(_fault.Task.Wait(limit), "No fault was heard.");
        return _fault.Task.Result;
    }
}
