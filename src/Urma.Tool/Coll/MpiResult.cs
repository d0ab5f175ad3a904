namespace Urma.Net.Tool.Coll;

/// <summary>One answer of <c>urma_mpi_coll</c>.</summary>
/// <param name="Nanoseconds">One operation, of the slowest rank.</param>
/// <param name="Wrong">Wrong elements at all ranks; -1 where they were not counted.</param>
internal sealed record MpiResult(double Nanoseconds, long Wrong);
