namespace Urma.Net.Internal;

/// <summary>What keeps mapped memory in place while a view of it is open.</summary>
internal interface ISegmentLease
{
    bool IsRevoked { get; }

    void Release();
}
