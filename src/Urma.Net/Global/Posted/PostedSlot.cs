using System.Runtime.InteropServices;

namespace Urma.Net.Global;

/// <summary>A request of a <see cref="PostedLane"/> that is under way: what is to be done when it has ended.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct PostedSlot
{
    /// <summary>Whether it is under way.</summary>
    public bool IsBusy;

    /// <summary>Which of the caller's copies it belongs to.</summary>
    public int Item;

    /// <summary>Bytes.</summary>
    public int Length;

    /// <summary>Where the bytes that arrived in the slot's buffer go; null where nothing is to be copied.</summary>
    public byte* Copy;

    /// <summary>Where the bytes that arrived in the slot's buffer are written to, when <see cref="NextRange"/> is not null.</summary>
    public RemoteAddress Next;

    /// <summary>Whose memory <see cref="Next"/> is.</summary>
    public TranslationRange? NextRange;

    /// <summary>Whose memory the request reaches.</summary>
    public TranslationRange? Range;
}
