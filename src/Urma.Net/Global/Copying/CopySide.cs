namespace Urma.Net.Global;

/// <summary>Where a copy goes or comes from: a global address, or ordinary memory of this process.</summary>
internal readonly unsafe struct CopySide
{
    private CopySide(GlobalAddress address, byte* local)
    {
        Address = address;
        Local = local;
    }

    /// <summary>The address, where <see cref="Local"/> is null.</summary>
    public readonly GlobalAddress Address;

    /// <summary>The first byte of ordinary memory; else null.</summary>
    public readonly byte* Local;

    /// <summary>Whose memory it is; null for ordinary memory of this process.</summary>
    public uint? Engine => Local == null ? Address.Uasid : null;

    public static CopySide At(in GlobalAddress address) => new(address, null);

    public static CopySide Of(byte* local) => new(default, local);
}
