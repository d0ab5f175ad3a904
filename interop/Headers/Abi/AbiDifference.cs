namespace Urma.Net.Interop.Headers.Abi;

/// <summary>A fact in which two descriptions differ.</summary>
/// <param name="Change">How.</param>
/// <param name="Ours">The fact a program was compiled with; null when it has none.</param>
/// <param name="Theirs">The fact found in its place; null when there is none.</param>
public sealed record AbiDifference(AbiChange Change, AbiFact? Ours, AbiFact? Theirs)
{
    /// <summary>Whichever of the two there is.</summary>
    public AbiFact Fact => Ours ?? Theirs!;

    /// <summary>Compares two descriptions; what is missing or changed comes first, in our order.</summary>
    public static IReadOnlyList<AbiDifference> Between(AbiDescription ours, AbiDescription theirs)
    {
        var found = theirs.Facts.ToLookup(fact => (fact.Kind, fact.Name));
        HashSet<(AbiKind, string)> known = [.. ours.Facts.Select(fact => (fact.Kind, fact.Name))];
        return
        [
            .. ours.Facts.SelectMany(fact => Compare(fact, found[(fact.Kind, fact.Name)].FirstOrDefault())),
            .. theirs.Facts.Where(fact => !known.Contains((fact.Kind, fact.Name))).Select(fact => new AbiDifference(AbiChange.Added, null, fact)),
        ];
    }

    private static IEnumerable<AbiDifference> Compare(AbiFact ours, AbiFact? theirs) =>
        theirs is null ? [new AbiDifference(AbiChange.Missing, ours, null)]
        : theirs.Value == ours.Value ? []
        : [new AbiDifference(AbiChange.Changed, ours, theirs)];
}
