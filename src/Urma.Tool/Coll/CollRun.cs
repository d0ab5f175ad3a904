using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>All measurements of a run, as one rank makes them.</summary>
internal static class CollRun
{
    /// <summary>Goes through roots, types, reductions and sizes.</summary>
    /// <param name="member">This rank.</param>
    /// <param name="report">Takes the places of all ranks, before, and each line when it is done; null but at the first rank.</param>
    /// <returns>How many elements were wrong at all ranks.</returns>
    public static long Measure(CollMember member, ICollReport? report)
    {
        CollRequest request = member.Request;
        CollPlace[] places = member.Places();
        report?.Begin(places);
        long wrong = 0;
        using var buffers = new CollBuffers(member.Communicator, Capacity(request), request.Registered);
        using CollComparison? comparison = request.WithMpi ? new CollComparison(member) : null;
        report?.BeginTable(comparison?.PeerVersion);
        foreach (int root in request.Roots())
        {
            foreach ((DataType type, CollReduction reduction) in Kinds(request))
            {
                var values = new CollValues(request.Ranks, type, reduction);
                foreach (long bytes in request.Sizes())
                {
                    var shape = CollShape.Of(request.Operation, request.Ranks, root, bytes, type);
                    var outOfPlace = new CollTrial(member, shape, reduction, values, buffers, inPlace: false);
                    if (comparison is not null)
                    {
                        CollComparisonRow row = comparison.Measure(outOfPlace, shape, reduction);
                        wrong += (row.Wrong ?? 0) + (row.PeerWrong ?? 0);
                        report?.Add(row);
                        continue;
                    }

                    CollTimes first = Measure(member, outOfPlace);
                    CollTimes? second = shape.HasInPlaceForm
                        ? Measure(member, new CollTrial(member, shape, reduction, values, buffers, inPlace: true))
                        : null;
                    var line = new CollRow(shape, reduction, first, second);
                    wrong += line.Wrong;
                    report?.Add(line);
                }
            }
        }

        report?.End(wrong);
        return wrong;
    }

    private static CollTimes Measure(CollMember member, CollTrial trial)
    {
        trial.Prepare();
        CollTimes times = trial.Measure();
        return member.Request.Check ? times with { Wrong = trial.CountWrong() } : times;
    }

    private static IEnumerable<(DataType Type, CollReduction Reduction)> Kinds(CollRequest request) =>
        from type in request.Types
        from reduction in CollShape.HasReduction(request.Operation) ? request.Reductions : [CollReduction.None]
        select (type, reduction);

    private static long Capacity(CollRequest request)
    {
        long capacity = 0;
        foreach (DataType type in request.Types)
        {
            foreach (long bytes in request.Sizes())
            {
                var shape = CollShape.Of(request.Operation, request.Ranks, 0, bytes, type);
                capacity = Math.Max(capacity, request.Rotate ? CollRequest.Stride(shape) * request.Slots(shape) : shape.ShownBytes);
            }
        }

        return capacity;
    }
}
