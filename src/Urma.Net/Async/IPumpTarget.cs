namespace Urma.Net.Async;

/// <summary>What the completion pump serves: whoever owns a JFC and asked for its event.</summary>
internal interface IPumpTarget
{
    /// <summary>The JFC has something. Called on the pump's thread.</summary>
    /// <returns>False when another thread polls at the moment: the pump comes back a little later.</returns>
    bool OnReady();
}
