namespace Urma.Net.Collectives.Reductions;

internal enum ReductionKind : byte
{
    UserDefined,
    Sum,
    Product,
    Min,
    Max,
    Average,
    PreMultipliedSum,
}
