namespace Urma.Net.Verbs.Control;

/// <summary>How a frame is to be taken. The numbers travel.</summary>
internal enum FrameKind : byte
{
    /// <summary>To be answered, with the same number.</summary>
    Request = 0,

    /// <summary>Answers a request.</summary>
    Answer = 1,

    /// <summary>Not answered.</summary>
    Notice = 2,
}
