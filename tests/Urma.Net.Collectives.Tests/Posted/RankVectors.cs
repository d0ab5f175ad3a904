using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>A send and a receive vector of a rank, at addresses that no element is aligned to, with guards round them.</summary>
internal sealed unsafe class RankVectors : IDisposable
{
    private const byte Guard = 0xA7;
    private const int GuardBytes = 65;
    private readonly byte* _memory;
    private readonly long _capacity;

    public RankVectors(long elements, DataType type)
    {
        Type = type;
        _capacity = elements * DataTypes.SizeOf(type);
        _memory = (byte*)NativeMemory.Alloc((nuint)((2 * _capacity) + (3 * GuardBytes)));
        Clear();
    }

    public DataType Type { get; }

    public nint Send => (nint)(_memory + GuardBytes);

    public nint Receive => (nint)(_memory + (2 * GuardBytes) + _capacity);

    private byte* Bytes(nint address) => (byte*)address;

    public void Clear() => new Span<byte>(_memory, (int)((2 * _capacity) + (3 * GuardBytes))).Fill(Guard);

    public void Fill(nint vector, long count, Func<long, double> value)
    {
        for (long index = 0; index < count; index++)
        {
            Elements.Write(Bytes(vector), Type, index, value(index));
        }
    }

    public void AssertEqual(nint vector, long count, Func<long, double> expected, string what)
    {
        for (long index = 0; index < count; index++)
        {
            double seen = Elements.Read(Bytes(vector), Type, index);
            if (seen != expected(index))
            {
                Assert.Fail($"{what}, {count} × {Type}: element {index} is {seen}, not {expected(index)}.");
            }
        }
    }

    /// <summary>Nothing was written beside the vectors, nor behind what they hold.</summary>
    public void AssertGuards(long sent, long received, string what)
    {
        int element = DataTypes.SizeOf(Type);
        AssertGuard(Send - GuardBytes, GuardBytes, what);
        AssertGuard(Send + (nint)(sent * element), (long)(Receive - Send) - (sent * element), what);
        AssertGuard(Receive + (nint)(received * element), _capacity + GuardBytes - (received * element), what);
    }

    private void AssertGuard(nint from, long length, string what) =>
        Assert.True(new ReadOnlySpan<byte>(Bytes(from), (int)length).IndexOfAnyExcept(Guard) < 0, $"{what}, {Type}: something was written beside a vector.");

    public void Dispose() => NativeMemory.Free(_memory);
}
