namespace Urma.Net.Verbs;

/// <summary>Something the device told that belongs to no request (<c>ibv_get_async_event</c>).</summary>
/// <param name="Kind">What.</param>
/// <param name="Port">The port it concerns; 0 where it concerns none.</param>
/// <param name="Description">The same in libibverbs' words.</param>
public readonly record struct VerbsEvent(VerbsEventKind Kind, int Port, string Description);
