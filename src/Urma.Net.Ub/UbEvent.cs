namespace Urma.Net.Ub;

/// <summary>Something the device told that belongs to no request.</summary>
/// <param name="Kind">What.</param>
/// <param name="ObjectId">The number of the queue, port or EID it concerns; 0 for the whole device.</param>
/// <param name="Description">The same in words.</param>
public readonly record struct UbEvent(UbEventKind Kind, uint ObjectId, string Description);
