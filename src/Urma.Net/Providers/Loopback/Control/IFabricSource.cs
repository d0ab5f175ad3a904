namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Something with a descriptor that the fabric thread watches.</summary>
internal interface IFabricSource
{
    /// <summary>The descriptor is ready: data, room, a connection or the end. Runs on the fabric thread.</summary>
    void OnReady();
}
