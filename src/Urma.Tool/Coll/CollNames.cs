using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>What nccl-tests calls operations, types and reductions.</summary>
internal static class CollNames
{
    /// <summary>Stands for every type, reduction or root.</summary>
    public const string All = "all";

    private const string None = "none";

    private static readonly string[] OperationNames =
    [
        "all_reduce", "broadcast", "reduce", "all_gather", "reduce_scatter", "alltoall", "alltoallv", "gather", "scatter", "sendrecv", "barrier",
    ];

    // By data type.
    private static readonly string[] TypeNames =
        ["int8", "uint8", "int32", "uint32", "int64", "uint64", "half", "float", "double", "bfloat16", "f8e4m3", "f8e5m2"];

    // The longer names are RCCL's.
    private static readonly Dictionary<string, DataType> OtherTypeNames = new(StringComparer.Ordinal)
    {
        ["fp8_e4m3"] = DataType.Float8E4M3,
        ["fp8_e5m2"] = DataType.Float8E5M2,
    };

    private static readonly string[] ReductionNames = [None, "sum", "prod", "max", "min", "avg", "mulsum"];

    public static IEnumerable<CollOperation> Operations => Enum.GetValues<CollOperation>();

    public static string Of(CollOperation operation) => OperationNames[(int)operation];

    public static string Of(DataType type) => TypeNames[(int)type];

    public static string Of(CollReduction reduction) => ReductionNames[(int)reduction];

    /// <summary>Reads <c>-d</c>.</summary>
    public static DataType[] Types(string text) =>
        text == All ? Enum.GetValues<DataType>()
        : OtherTypeNames.TryGetValue(text, out DataType other) ? [other]
        : Array.IndexOf(TypeNames, text) is >= 0 and var index ? [(DataType)index]
        : throw new ToolException($"-d {text}: give one of {string.Join(' ', TypeNames)}, or {All}.");

    /// <summary>Reads <c>-o</c>.</summary>
    public static CollReduction[] Reductions(string text) =>
        text == All ? Enum.GetValues<CollReduction>()[1..]
        : Array.IndexOf(ReductionNames, text) is >= 1 and var index ? [(CollReduction)index]
        : throw new ToolException($"-o {text}: give one of {string.Join(' ', ReductionNames[1..])}, or {All}.");
}
