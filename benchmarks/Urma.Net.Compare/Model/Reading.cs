namespace Urma.Net.Compare.Model;

/// <summary>One number that a command printed.</summary>
/// <param name="Series">The series it belongs to (<see cref="Series.Id"/>).</param>
/// <param name="X">Where on the workload's axis.</param>
/// <param name="Value">The number, in the workload's unit.</param>
internal readonly record struct Reading(string Series, double X, double Value);
