namespace Urma.Net.Compare.Model;

/// <summary>What did not work.</summary>
/// <param name="Workload">Its id.</param>
/// <param name="Series">Ids of the series that have no number for it, or fewer; empty for the whole workload.</param>
/// <param name="Command">What was run; empty where nothing was.</param>
/// <param name="Message">What went wrong.</param>
internal sealed record Failure(string Workload, string Series, string Command, string Message);
