namespace Urma.Net.Tool.Watch;

/// <summary>Which engine, over several looks at it.</summary>
/// <param name="Device">The device's connection string.</param>
/// <param name="Uasid">Its number there, which another process can have later.</param>
/// <param name="ProcessId">Its process.</param>
internal readonly record struct EngineKey(string Device, uint Uasid, int ProcessId);
