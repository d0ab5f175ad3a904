namespace Urma.Net.Tool.Coll;

/// <summary>A line of the table.</summary>
/// <param name="Shape">What was carried out.</param>
/// <param name="Reduction">How elements were combined.</param>
/// <param name="OutOfPlace">With two buffers.</param>
/// <param name="InPlace">With one; null where there is no such form.</param>
internal sealed record CollRow(CollShape Shape, CollReduction Reduction, CollTimes OutOfPlace, CollTimes? InPlace)
{
    public string TypeName => Shape.Operation == CollOperation.Barrier ? CollNames.Of(CollReduction.None) : CollNames.Of(Shape.Type);

    /// <summary>As nccl-tests shows it: -1 where there is none.</summary>
    public int ShownRoot => CollShape.HasRoot(Shape.Operation) ? Shape.Root : -1;

    public long Wrong => (OutOfPlace.Wrong ?? 0) + (InPlace?.Wrong ?? 0);
}
