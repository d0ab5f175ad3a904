namespace Urma.Net.Collectives.Bootstrap;

/// <summary>The process in which a hub runs.</summary>
/// <param name="Process">Tells processes apart, also across hosts and namespaces.</param>
/// <param name="Pid">For messages.</param>
/// <param name="Host">For messages.</param>
internal readonly record struct HubIdentity(UInt128 Process, int Pid, string Host)
{
    public bool IsThisProcess => Process == ControlHello.OwnProcess;

    public override string ToString() => $"process {Pid} on {Host}";
}
