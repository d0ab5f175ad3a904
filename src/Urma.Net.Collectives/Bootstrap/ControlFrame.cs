namespace Urma.Net.Collectives.Bootstrap;

/// <summary>A frame that has arrived.</summary>
/// <param name="Kind">What it says; not yet known to be one of the kinds there are.</param>
/// <param name="Body">The rest of it.</param>
internal readonly record struct ControlFrame(FrameKind Kind, byte[] Body)
{
    public FrameReader Read() => new(Body);
}
