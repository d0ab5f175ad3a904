namespace Urma.Net.Tool.Watch;

/// <summary>An engine as it was seen once.</summary>
/// <param name="Device">The device's connection string.</param>
/// <param name="Info">What it said.</param>
internal sealed record EngineReading(string Device, UrmaEngineInfo Info)
{
    public EngineKey Key => new(Device, Info.Uasid, Info.ProcessId);
}
