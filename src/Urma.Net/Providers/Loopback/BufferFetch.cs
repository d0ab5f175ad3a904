using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>A question to a peer for one of its receive buffers.</summary>
/// <param name="Request">What the answer ends; null where the question did not go out.</param>
/// <param name="Deadline">Until when the answer is in time.</param>
internal readonly record struct BufferFetch(PendingRequest? Request, Deadline Deadline);
