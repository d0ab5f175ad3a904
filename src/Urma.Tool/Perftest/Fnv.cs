namespace Urma.Net.Tool.Perftest;

/// <summary>The 64-bit FNV-1a digest: enough to tell any accidental difference, and a few lines long.</summary>
internal static class Fnv
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Digests a part of a segment.</summary>
    public static ulong Hash(Segment segment, long offset, long length)
    {
        ulong hash = Offset;
        for (long done = 0; done < length;)
        {
            int count = (int)Math.Min(length - done, 1 << 20);
            hash = Hash(segment.AsSpan(offset + done, count), hash);
            done += count;
        }

        return hash;
    }

    /// <summary>Digests bytes, going on from an earlier digest.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong hash = Offset)
    {
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * Prime;
        }

        return hash;
    }
}
