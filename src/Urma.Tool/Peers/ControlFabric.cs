namespace Urma.Net.Tool.Peers;

/// <summary>The context over which two ends of a measurement agree what to do: beside the measured one where that has no names or no mapping.</summary>
/// <remarks>Both ends run on one machine, so the loopback serves.</remarks>
internal sealed class ControlFabric : IDisposable
{
    private readonly UrmaContext? _own;

    /// <summary>Opens one where it is needed.</summary>
    /// <param name="measured">What is measured; stays the caller's.</param>
    public ControlFabric(UrmaContext measured)
    {
        ProviderCapabilities can = measured.Capabilities;
        _own = can.SupportsRendezvous && can.SupportsMapping
            ? null
            : UrmaContext.Open("loopback://", new UrmaContextOptions { Label = measured.Options.Label });
        Context = _own ?? measured;
    }

    /// <summary>The context to talk over.</summary>
    public UrmaContext Context { get; }

    public void Dispose() => _own?.Dispose();
}
