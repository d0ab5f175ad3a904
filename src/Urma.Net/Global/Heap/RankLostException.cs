namespace Urma.Net;

/// <summary>A rank that something was to be done with has died or left.</summary>
public sealed class RankLostException : UrmaException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="rank">Which rank.</param>
    /// <param name="message">What happened, naming it.</param>
    public RankLostException(int rank, string message)
        : base(UrmaStatus.Failed, message) => Rank = rank;

    /// <summary>Which rank.</summary>
    public int Rank { get; }
}
