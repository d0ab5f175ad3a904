namespace Urma.Net.Providers.Loopback;

/// <summary>What a waiter looks for. A structure, so that its look is compiled into the loop.</summary>
internal interface IReadiness
{
    /// <summary>Whether there is something to take. Called some thousand times a wait.</summary>
    bool IsReady { get; }
}
