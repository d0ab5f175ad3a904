namespace Urma.Net.Collectives;

/// <summary>What a launcher tells a process about its place among the others.</summary>
/// <param name="Rank">From 0 to <paramref name="Size"/> − 1.</param>
/// <param name="Size">How many ranks there are.</param>
/// <param name="LocalRank">The place among the ranks of this host, from 0; −1 where the launcher does not tell.</param>
/// <param name="Id">The id that all of these ranks have in common.</param>
/// <param name="Launcher">Who told, for messages, such as <c>Open MPI</c>.</param>
public sealed record RankInfo(int Rank, int Size, int LocalRank, UniqueId Id, string Launcher);
