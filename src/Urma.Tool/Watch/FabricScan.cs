namespace Urma.Net.Tool.Watch;

/// <summary>Asks every engine of this machine, or of one device, how it stands. Connects to none of them for longer than the answer takes.</summary>
internal static class FabricScan
{
    /// <summary>One look at all. Devices are asked beside each other, the engines of one after the other.</summary>
    /// <param name="device">The one connection string that is wanted; null for all devices with an engine.</param>
    /// <param name="patience">The longest wait for each engine: a stopped process takes that long.</param>
    /// <exception cref="UrmaException">There is no such device.</exception>
    public static async Task<IReadOnlyList<EngineReading>> Run(string? device, TimeSpan patience)
    {
        if (device is not null)
        {
            return await Task.Run(() => Read(device, () => UrmaDiagnostics.GetEngines(device, patience))).ConfigureAwait(false);
        }

        Task<IReadOnlyList<EngineReading>>[] all =
        [
            .. UrmaDiagnostics.GetActiveDevices()
                .Select(found => Task.Run(() => Read(found.ConnectionString, () => UrmaDiagnostics.GetEngines(found, patience)))),
        ];
        return [.. (await Task.WhenAll(all).ConfigureAwait(false)).SelectMany(static engines => engines)];
    }

    private static IReadOnlyList<EngineReading> Read(string device, Func<IReadOnlyList<UrmaEngineInfo>> find) =>
        [.. find().Select(engine => new EngineReading(device, engine))];
}
