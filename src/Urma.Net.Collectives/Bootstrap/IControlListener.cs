namespace Urma.Net.Collectives.Bootstrap;

/// <summary>What a control plane tells and asks of the communicator it belongs to. Called on the control plane's thread.</summary>
internal interface IControlListener
{
    /// <summary>The communicator has failed. Called at most once, and also for a fault that this rank reported itself.</summary>
    void OnFault(CommunicatorFault fault);

    /// <summary>
    /// What this rank is doing, such as "AllReduce #17, 1024 × Float32, Sum, called at Trainer.cs:42, waiting for rank 3". Must return at once:
    /// a rank that needs half a second is reported as not answering.
    /// </summary>
    string DescribeState();
}
