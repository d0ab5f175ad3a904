namespace Urma.Net.Collectives.Bootstrap;

/// <summary>What ranks and their hub say to each other.</summary>
internal enum FrameKind : byte
{
    None,

    /// <summary>Rank: who I am, and a number used once.</summary>
    Hello,

    /// <summary>Hub: proof that I know the secret, and a number used once.</summary>
    Challenge,

    /// <summary>Rank: proof that I know the secret, too.</summary>
    Proof,

    /// <summary>Hub: you have joined; who I am.</summary>
    Welcome,

    /// <summary>Hub: you cannot join, and why.</summary>
    Refused,

    /// <summary>Hub: not now or not here, and why; try again.</summary>
    Elsewhere,

    /// <summary>Hub: all have joined.</summary>
    Ready,

    /// <summary>Rank: my part of an exchange.</summary>
    Part,

    /// <summary>Hub: the parts of all.</summary>
    Parts,

    /// <summary>Rank: something went wrong.</summary>
    Report,

    /// <summary>Hub: what are you doing?</summary>
    AskState,

    /// <summary>Rank: this.</summary>
    State,

    /// <summary>Hub: the communicator has failed.</summary>
    Fault,

    /// <summary>Rank: I am done.</summary>
    Leave,

    /// <summary>Hub: all are done.</summary>
    AllLeft,
}
