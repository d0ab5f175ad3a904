namespace Urma.Net.Tool.Coll;

/// <summary>How elements are combined; <see cref="None"/> for operations that combine nothing.</summary>
internal enum CollReduction
{
    None,
    Sum,
    Product,
    Max,
    Min,
    Average,
    PreMultipliedSum,
}
