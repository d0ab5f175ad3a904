using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Tests.Global;

/// <summary>The copy kernel moves exactly what it should, at every length and alignment, and past every threshold.</summary>
public sealed unsafe class CopyKernelTests
{
    private const int Border = 64;

    public static TheoryData<int> Lengths => [0, 1, 2, 3, 4, 7, 8, 9, 31, 64, 127, 128, 255, 256, 257, 287, 288, 289, 511, 512, 1000, 4096, 4097, 65_537];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_alignment_is_exact(int length)
    {
        byte[] source = new byte[length + (2 * Border)];
        byte[] destination = new byte[length + (2 * Border)];
        new Random(length).NextBytes(source);
        fixed (byte* from = source)
        {
            fixed (byte* to = destination)
            {
                for (int offset = 0; offset < 33; offset++)
                {
                    int fromOffset = (offset * 7) % 33;
                    Array.Clear(destination);
                    CopyKernel.Copy(to + offset, from + fromOffset, length);
                    Assert.True(destination.AsSpan(offset, length).SequenceEqual(source.AsSpan(fromOffset, length)));
                    Assert.Equal(-1, destination.AsSpan(0, offset).IndexOfAnyExcept((byte)0));
                    Assert.Equal(-1, destination.AsSpan(offset + length).IndexOfAnyExcept((byte)0));
                    CopyKernel.CopyStep(to + offset, from, length, long.MaxValue);
                    Assert.True(destination.AsSpan(offset, length).SequenceEqual(source.AsSpan(0, length)));
                    Assert.Equal(-1, destination.AsSpan(offset + length).IndexOfAnyExcept((byte)0));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Overlapping_ranges_are_as_if_through_a_buffer(int length)
    {
        foreach (int distance in (int[])[0, 1, 8, 31, 32, 100, 127, 128, 129, 300])
        {
            byte[] memory = new byte[length + distance];
            new Random(length).NextBytes(memory);
            foreach (bool up in (bool[])[true, false])
            {
                byte[] expected = [.. memory];
                Array.Copy(expected, up ? 0 : distance, expected, up ? distance : 0, length);
                byte[] actual = [.. memory];
                fixed (byte* at = actual)
                {
                    CopyKernel.Copy(at + (up ? distance : 0), at + (up ? 0 : distance), length);
                }

                Assert.True(expected.AsSpan().SequenceEqual(actual));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    public void Copies_that_stream_are_exact_too(int more)
    {
        long length = Math.Min(CopyKernel.StreamingLength, 64 << 20) + more;
        byte* source = (byte*)NativeMemory.Alloc((nuint)length + Border);
        byte* destination = (byte*)NativeMemory.AllocZeroed((nuint)length + (2 * Border));
        try
        {
            new Random(more).NextBytes(new Span<byte>(source, (int)length));
            CopyKernel.Copy(destination + 13, source, length);
            Assert.True(new Span<byte>(destination + 13, (int)length).SequenceEqual(new Span<byte>(source, (int)length)));
            Assert.Equal(-1, new Span<byte>(destination, 13).IndexOfAnyExcept((byte)0));
            Assert.Equal(-1, new Span<byte>(destination + 13 + length, Border).IndexOfAnyExcept((byte)0));
        }
        finally
        {
            NativeMemory.Free(source);
            NativeMemory.Free(destination);
        }
    }
}
