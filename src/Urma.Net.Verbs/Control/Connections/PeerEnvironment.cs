using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Verbs.Control;

/// <summary>What all connections of a control plane share.</summary>
internal sealed record PeerEnvironment(FabricLoop Loop, WorkerPool Workers, PeerTable Table, ControlOptions Options);
