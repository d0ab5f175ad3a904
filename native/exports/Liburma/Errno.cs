namespace Urma.Net.Exports.Liburma;

/// <summary>Values of errno that functions returning a pointer leave, beside those that are a <c>urma_status_t</c>, too.</summary>
internal static class Errno
{
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENODEV = 19;
}
