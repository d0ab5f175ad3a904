namespace Urma.Net.Tool.Peers;

/// <summary>What a client may ask of its peer.</summary>
internal enum PeerRequest
{
    Quit = 0,
    Setup,
    Run,
    Checksum,
    CloseTest,
    PingPong,
    Ring,
}
