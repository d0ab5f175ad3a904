using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives;

/// <summary>
/// How the elements of the ranks are combined into one. Immutable and thread-safe; make own ones once and keep them.
/// </summary>
/// <remarks>
/// Integers wrap. <see cref="Half"/>, <see cref="BFloat16"/>, <see cref="Float8E4M3"/> and <see cref="Float8E5M2"/> are accumulated as
/// <see cref="float"/> and rounded once, when a pass over the operands ends. A NaN operand gives NaN with every reduction, minimum and
/// maximum included; which of the NaNs is not specified. For minimum and maximum -0 is less than +0.
/// </remarks>
public sealed class Reduction
{
    private const uint UserDefinedSignature = 0x8000_0000;
    private const uint NotCommutativeSignature = 0x4000_0000;

    private Reduction(ReductionKind kind, string name, uint signature)
    {
        Kind = kind;
        Name = name;
        Signature = signature;
    }

    /// <summary>The sum.</summary>
    public static Reduction Sum { get; } = BuiltIn(ReductionKind.Sum);

    /// <summary>The product.</summary>
    public static Reduction Product { get; } = BuiltIn(ReductionKind.Product);

    /// <summary>The least element.</summary>
    public static Reduction Min { get; } = BuiltIn(ReductionKind.Min);

    /// <summary>The greatest element.</summary>
    public static Reduction Max { get; } = BuiltIn(ReductionKind.Max);

    /// <summary>The sum divided by the number of ranks; integers wrap while they are added and are divided towards zero.</summary>
    /// <remarks>
    /// The sum of the ranks of a host may be beyond the type. Where ranks post to each other (several hosts with one rank each, devices that map nothing) partial sums are
    /// rounded to it before they are divided, and may overflow.
    /// </remarks>
    public static Reduction Average { get; } = BuiltIn(ReductionKind.Average);

    /// <summary>The name, for messages: that of the static property, or the one given to <see cref="Create"/>.</summary>
    public string Name { get; }

    /// <summary>Whether the order of the operands may be changed. It never is where reproducible results were asked for.</summary>
    public bool IsCommutative { get; private init; } = true;

    /// <summary>Equal at two ranks when both mean the same reduction; stable across processes and versions. Factors are not part of it, being each rank's own.</summary>
    internal uint Signature { get; }

    internal ReductionKind Kind { get; }

    /// <summary>What this rank's elements are multiplied by; 1 but for <see cref="PreMultipliedSum"/>.</summary>
    internal double Factor { get; private init; } = 1;

    internal ReductionFunction? Function { get; private init; }

    /// <summary>The sum of each rank's elements times that rank's factor. Products of narrow floats may be rounded before they are added.</summary>
    /// <param name="factor">
    /// This rank's factor; other ranks may have others. It is converted to the type that elements are accumulated in. For integers it must
    /// be a whole number in the range of the type; the operation throws an <see cref="ArgumentException"/> otherwise.
    /// </param>
    public static Reduction PreMultipliedSum(double factor) =>
        new(ReductionKind.PreMultipliedSum, nameof(PreMultipliedSum), (uint)ReductionKind.PreMultipliedSum) { Factor = factor };

    /// <summary>A reduction of your own.</summary>
    /// <param name="name">What messages call it; must be the same at every rank, and different for different reductions.</param>
    /// <param name="function">Combines elements. Associative: it is also applied to results of itself.</param>
    /// <param name="isCommutative">Whether the order of the operands does not matter; false means they are combined in the order of ranks.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or white space.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="function"/> or <paramref name="name"/> is null.</exception>
    public static Reduction Create(string name, ReductionFunction function, bool isCommutative = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(function);
        return new(ReductionKind.UserDefined, name, SignatureOf(name, isCommutative)) { Function = function, IsCommutative = isCommutative };
    }

    /// <inheritdoc />
    public override string ToString() => Kind == ReductionKind.PreMultipliedSum ? $"{Name}({Factor:R})" : Name;

    /// <summary>Refuses what has no meaning: a factor that elements of <paramref name="type"/> cannot be multiplied by.</summary>
    /// <exception cref="ArgumentException">The factor is no whole number of the type's range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the named values.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ThrowIfUnsupported(DataType type)
    {
        if (Kind == ReductionKind.PreMultipliedSum)
        {
            CheckFactor(type);
        }
    }

    private static Reduction BuiltIn(ReductionKind kind) => new(kind, kind.ToString(), (uint)kind);

    // FNV-1a: string.GetHashCode differs between processes.
    private static uint SignatureOf(string name, bool isCommutative)
    {
        uint hash = 2166136261;
        foreach (char character in name)
        {
            hash = (hash ^ character) * 16777619;
        }

        return (hash & ~(UserDefinedSignature | NotCommutativeSignature)) | UserDefinedSignature | (isCommutative ? 0 : NotCommutativeSignature);
    }

    private void CheckFactor(DataType type)
    {
        if (!DataTypes.IsInteger(type))
        {
            return;
        }

        (double least, double beyond) = type switch
        {
            DataType.Int8 => (sbyte.MinValue, -(double)sbyte.MinValue),
            DataType.UInt8 => (0, byte.MaxValue + 1.0),
            DataType.Int32 => (int.MinValue, -(double)int.MinValue),
            DataType.UInt32 => (0, uint.MaxValue + 1.0),
            DataType.Int64 => (long.MinValue, -(double)long.MinValue),
            _ => (0, -2.0 * long.MinValue),
        };
        if (!(Factor >= least && Factor < beyond && double.IsInteger(Factor)))
        {
            ThrowFactor(type);
        }
    }

    [DoesNotReturn]
    private void ThrowFactor(DataType type) =>
        throw new ArgumentException($"{this} cannot reduce elements of type {type}: the factor must be a whole number that a {type} can hold.", nameof(type));
}
