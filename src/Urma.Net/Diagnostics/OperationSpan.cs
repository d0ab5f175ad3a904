using System.Diagnostics;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The span of one operation, which it must never harm: a listener that throws when the span begins is ignored, and the span's end is told by a
/// thread of the pool, so that one that throws or hangs there has nothing to fail and holds up nobody.
/// </summary>
/// <remarks>One operation; disposing tells the end. The default value is no span.</remarks>
internal readonly struct OperationSpan : IDisposable
{
    // More than this many ends that wait mean that a listener is stuck; later ones are not told.
    private const int MaxWaiting = 4096;

    private static readonly BackgroundQueue<Activity> s_ended = new(static activity => activity.Stop(), MaxWaiting);

    private readonly Activity? _activity;

    /// <param name="created">Not started; null for no span.</param>
    public OperationSpan(Activity? created)
    {
        _activity = created;
        try
        {
            _ = created?.Start();
        }
        catch (Exception)
        {
            // A listener's. The span is under way all the same.
        }
    }

    /// <summary>Whether all spans that ended were told.</summary>
    public static bool AllTold => s_ended.IsIdle;

    /// <summary>Says that the operation failed with an exception.</summary>
    public void Fail(Exception error) => Fail(
        error switch
        {
            GlobalMemoryException memory => memory.Fault.ToString(),
            UrmaException { CompletionStatus: not CompletionStatus.Success } failed => failed.CompletionStatus.ToString(),
            UrmaException refused => refused.Status.ToString(),
            _ => error.GetType().FullName!,
        },
        error.Message);

    /// <summary>Says that the operation failed.</summary>
    public void Fail(string type, string? message = null)
    {
        _activity?.SetStatus(ActivityStatusCode.Error, message);
        _activity?.SetTag("error.type", type);
    }

    public void Dispose()
    {
        if (_activity is not null)
        {
            _activity.SetEndTime(DateTime.UtcNow);
            _ = s_ended.TryAdd(_activity);
        }
    }
}
