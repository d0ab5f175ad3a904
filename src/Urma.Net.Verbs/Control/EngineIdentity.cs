namespace Urma.Net.Verbs.Control;

/// <summary>Who an engine says it is.</summary>
/// <param name="Eid">The address at which it listens.</param>
/// <param name="Uasid">The port at which it listens.</param>
/// <param name="ProcessId">Its process, as its host counts.</param>
/// <param name="Nonce">Random: an engine that was started again at the same port is another one.</param>
/// <param name="Label">A name for people.</param>
internal sealed record EngineIdentity(Eid Eid, uint Uasid, int ProcessId, ulong Nonce, string Label)
{
    /// <summary>For messages.</summary>
    public override string ToString() =>
        $"the engine {Eid} port {Uasid} (process {ProcessId}{(Label.Length == 0 ? string.Empty : $", '{Label}'")})";
}
