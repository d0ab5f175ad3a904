using FsCheck;
using FsCheck.Fluent;

namespace Urma.Net.Loopback.Tests.Properties;

/// <summary>Short forms for checking a property on random values.</summary>
internal static class Property
{
    /// <summary>Edges and powers of two, and everything between: where range checks go wrong.</summary>
    public static Gen<long> Edgy { get; } = Gen.OneOf(
        Gen.Elements(0L, 1, -1, 7, 8, 9, 4095, 4096, 4097, int.MaxValue, (long)int.MaxValue + 1, uint.MaxValue, 1L << 32, 1L << 47, long.MaxValue, long.MaxValue - 1, long.MinValue),
        Gen.Choose(-10, 10_000).Select(value => (long)value),
        Random64.Select(value => (long)value));

    /// <summary>All 64-bit values alike.</summary>
    public static Gen<ulong> Random64 =>
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((ulong)(uint)high << 32) | (uint)low;

    /// <summary>All 32-bit values alike.</summary>
    public static Gen<uint> Random32 => Gen.Choose(int.MinValue, int.MaxValue).Select(value => (uint)value);

    /// <summary>Holds for random values, or throws with the smallest one found for which it does not.</summary>
    public static void Holds<T>(Gen<T> values, Action<T> property, int times = 300) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(times), Prop.ForAll(values.ToArbitrary(), property));
}
