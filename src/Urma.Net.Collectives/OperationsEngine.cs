namespace Urma.Net.Collectives;

/// <summary>An engine with a way of its own for each collective operation.</summary>
internal abstract class OperationsEngine : CollectiveEngine
{
    /// <summary>Carries out the operation that a call is of.</summary>
    protected void RunOperation(in CollectiveCall call)
    {
        switch (call.Kind)
        {
            case CollectiveKind.Barrier:
                Barrier(call);
                break;
            case CollectiveKind.AllReduce:
                AllReduce(call);
                break;
            case CollectiveKind.Reduce:
                Reduce(call);
                break;
            case CollectiveKind.ReduceScatter:
                ReduceScatter(call);
                break;
            case CollectiveKind.Broadcast:
                Broadcast(call);
                break;
            case CollectiveKind.AllGather:
                AllGather(call);
                break;
            case CollectiveKind.Gather:
                Gather(call);
                break;
            case CollectiveKind.Scatter:
                Scatter(call);
                break;
            case CollectiveKind.AllToAll:
                AllToAll(call);
                break;
            case CollectiveKind.AllToAllV:
                AllToAllVariable(call);
                break;
            default:
                throw new InvalidOperationException($"{call.Kind} is no collective operation.");
        }
    }

    protected abstract void Barrier(in CollectiveCall call);

    protected abstract void AllReduce(in CollectiveCall call);

    protected abstract void Reduce(in CollectiveCall call);

    protected abstract void ReduceScatter(in CollectiveCall call);

    protected abstract void Broadcast(in CollectiveCall call);

    protected abstract void AllGather(in CollectiveCall call);

    protected abstract void Gather(in CollectiveCall call);

    protected abstract void Scatter(in CollectiveCall call);

    protected abstract void AllToAll(in CollectiveCall call);

    protected abstract void AllToAllVariable(in CollectiveCall call);
}
