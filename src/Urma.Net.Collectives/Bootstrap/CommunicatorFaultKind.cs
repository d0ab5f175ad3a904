namespace Urma.Net.Collectives;

/// <summary>Why a communicator ended before its ranks were done with it.</summary>
public enum CommunicatorFaultKind
{
    /// <summary>The process of a rank ended, or its host cannot be reached any more.</summary>
    RankLost = 1,

    /// <summary>A rank gave the communicator up: by abort, by cancelling an operation, or by disposing it while others still used it.</summary>
    Aborted = 2,

    /// <summary>Ranks called different operations, or the same with different counts, types, reductions or roots.</summary>
    Mismatch = 3,

    /// <summary>An operation or the making of the communicator took longer than it may.</summary>
    Timeout = 4,

    /// <summary>The process that joins the ranks together ended or does not answer, and no rank lives in it.</summary>
    ControlLost = 5,
}
