namespace Urma.Net;

/// <summary>One copy of a batch.</summary>
/// <param name="Destination">First byte to write.</param>
/// <param name="Source">First byte to read.</param>
/// <param name="Length">Bytes, 0 or more.</param>
public readonly record struct XcopyItem(GlobalAddress Destination, GlobalAddress Source, long Length);
