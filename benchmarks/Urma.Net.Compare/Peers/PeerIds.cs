namespace Urma.Net.Compare.Peers;

/// <summary>Who is measured.</summary>
internal static class PeerIds
{
    public const string Urma = "urma";
    public const string RawC = "c";
    public const string Ucx = "ucx";
    public const string OpenMpi = "openmpi";
    public const string Libfabric = "libfabric";
    public const string Perftest = "perftest";
    public const string Sockets = "sockets";
    public const string DotNet = "dotnet";
}
