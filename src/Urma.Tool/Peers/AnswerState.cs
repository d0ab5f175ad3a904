namespace Urma.Net.Tool.Peers;

/// <summary>How far the peer has come with a request; the low two bits of the answer number.</summary>
internal enum AnswerState
{
    None = 0,

    /// <summary>It stands at the start line: the measured exchange may begin.</summary>
    Ready = 1,
    Done = 2,
    Failed = 3,
}
