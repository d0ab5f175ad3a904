namespace Urma.Net.Collectives.Posted;

/// <summary>A message under way, in one direction: it moves chunk by chunk as links and other flows allow.</summary>
internal unsafe struct PostedFlow
{
    public bool IsSend;
    public bool IsDone;

    /// <summary>What arrives is combined with <see cref="First"/> and <see cref="Last"/>, not copied.</summary>
    public bool IsCombining;

    /// <summary>The combination is the operation's last: an average is divided here.</summary>
    public bool IsFinal;

    /// <summary>What is sent, or <see cref="First"/>, is a rank's own contribution, which is multiplied first.</summary>
    public bool ScalesFirst;

    /// <summary>The same for <see cref="Last"/>.</summary>
    public bool ScalesLast;

    public int Peer;

    /// <summary>The flow that must be ahead of this one by the chunk that moves; -1 for none.</summary>
    public int After;

    /// <summary>The next flow between the same ranks in the same direction; -1 for none.</summary>
    public int Next;

    /// <summary>What the flags of its chunks carry above the chunk's number.</summary>
    public ulong Mark;

    /// <summary>What is sent, or where what arrives goes.</summary>
    public byte* Buffer;

    /// <summary>The operand before what arrives, or null. May be the buffer.</summary>
    public byte* First;

    /// <summary>The operand behind what arrives, or null. May be the buffer.</summary>
    public byte* Last;

    public long Bytes;
    public long Moved;
}
