namespace Urma.Net.Exports.Roub;

/// <summary>Why there is no connection, in the numbers of InfiniBand's CM that programs find in an event's status.</summary>
internal static class RejectReason
{
    /// <summary>The asker waited no longer.</summary>
    public const int Timeout = 4;

    /// <summary>Nobody listens there.</summary>
    public const int InvalidServiceId = 8;

    /// <summary>The program said no, or is gone.</summary>
    public const int ConsumerDefined = 28;

    /// <summary>Of datagrams: nobody listens there.</summary>
    public const int ServiceUnsupported = 1;

    /// <summary>Of datagrams: the program said no.</summary>
    public const int ServiceRejected = 2;
}
