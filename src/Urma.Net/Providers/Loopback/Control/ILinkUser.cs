namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Who serves a connection at its present stage. All calls come on the fabric thread.</summary>
internal interface ILinkUser
{
    /// <summary>A frame arrived; descriptors not set to -1 are closed afterwards.</summary>
    void OnFrame(PeerLink link, ReadOnlySpan<byte> frame, Span<int> descriptors);

    /// <summary>A frame arrived whose descriptors found no room in this process; the error says so.</summary>
    void OnStripped(PeerLink link, ReadOnlySpan<byte> frame, UrmaException error);

    /// <summary>Everything that had arrived was handed over.</summary>
    void OnDrained(PeerLink link);

    /// <summary>The other end closed the connection or died; the link is no longer watched.</summary>
    void OnHangUp(PeerLink link);

    /// <summary>The connection cannot go on.</summary>
    void OnBroken(PeerLink link, UrmaStatus status, string reason);
}
