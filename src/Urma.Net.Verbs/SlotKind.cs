namespace Urma.Net.Verbs;

/// <summary>Who carries a request out.</summary>
internal enum SlotKind : byte
{
    /// <summary>The device.</summary>
    Device = 0,

    /// <summary>Nobody: it ends, with a status of its own, when those before it have ended.</summary>
    Ended = 1,

    /// <summary>The device, as a write of no bytes: it ends behind those before it, of which the device may say nothing, with a status of its own.</summary>
    Marker = 2,
}
