namespace Urma.Net.Verbs.Control;

/// <summary>What a connection is for. The numbers travel.</summary>
internal enum HelloPurpose : byte
{
    /// <summary>An engine's control plane.</summary>
    Engine = 1,

    /// <summary>A name service.</summary>
    Names = 2,
}
