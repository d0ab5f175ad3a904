using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Work that is done in the background and reports a status.</summary>
internal static class Notices
{
    /// <summary>Runs something and says how it ended, as the synchronous call would have.</summary>
    public static int StatusOf(Action work)
    {
        try
        {
            work();
            return URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }
}
