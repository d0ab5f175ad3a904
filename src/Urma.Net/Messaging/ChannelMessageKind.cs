namespace Urma.Net.Messaging;

/// <summary>What a control message says. Messages of the user travel without an immediate value, control messages with one.</summary>
internal enum ChannelMessageKind : byte
{
    /// <summary>Receives were posted again: the value counts all so far.</summary>
    Credit = 1,

    /// <summary>The sender needs a large buffer of this length, and gives back those it holds.</summary>
    Want = 2,

    /// <summary>A large buffer is the sender's to fill.</summary>
    Grant = 3,

    /// <summary>There will be no large buffer for the question of this number; the text says why.</summary>
    Refuse = 4,

    /// <summary>A large buffer holds a message.</summary>
    Filled = 5,

    /// <summary>The last message was sent.</summary>
    End = 6,

    /// <summary>The channel is closed: nothing more is received here.</summary>
    Closed = 7,

    /// <summary>The listener's answer to a request to connect.</summary>
    Accept = 8,

    /// <summary>A message of the user's with the span it was sent in before its bytes.</summary>
    Traced = 9,
}
