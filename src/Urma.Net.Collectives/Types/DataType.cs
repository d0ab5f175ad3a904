namespace Urma.Net.Collectives;

/// <summary>The type of the elements of a collective operation; NCCL's names.</summary>
public enum DataType : byte
{
    /// <summary>Signed, 1 byte: <see cref="sbyte"/>.</summary>
    Int8,

    /// <summary>Unsigned, 1 byte: <see cref="byte"/>.</summary>
    UInt8,

    /// <summary>Signed, 4 bytes: <see cref="int"/>.</summary>
    Int32,

    /// <summary>Unsigned, 4 bytes: <see cref="uint"/>.</summary>
    UInt32,

    /// <summary>Signed, 8 bytes: <see cref="long"/>.</summary>
    Int64,

    /// <summary>Unsigned, 8 bytes: <see cref="ulong"/>.</summary>
    UInt64,

    /// <summary>IEEE binary16, 2 bytes: <see cref="Half"/>.</summary>
    Float16,

    /// <summary>IEEE binary32, 4 bytes: <see cref="float"/>.</summary>
    Float32,

    /// <summary>IEEE binary64, 8 bytes: <see cref="double"/>.</summary>
    Float64,

    /// <summary>The upper half of a binary32, 2 bytes.</summary>
    BFloat16,

    /// <summary>1 sign, 4 exponent and 3 mantissa bits, no infinities (OCP E4M3), 1 byte.</summary>
    Float8E4M3,

    /// <summary>1 sign, 5 exponent and 2 mantissa bits (OCP E5M2), 1 byte.</summary>
    Float8E5M2,
}
