using System.Globalization;

namespace Urma.Net.Collectives.Peer;

/// <summary>
/// <c>operate RANK SIZE CONTEXT PATH OPERATION</c>: one rank of the communicator of the id in <c>URMA_TEST_ID</c>, which does one operation again and
/// again. Says <c>running</c> when it has done some, then the fault that ends it.
/// </summary>
internal static class OperateCommand
{
    // Beyond what is under way at a time, so that a rank that ends leaves others in the middle.
    private const int Count = 100_003;
    private const int RoundsBefore = 20;

    public static int Run(string[] arguments)
    {
        int rank = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int size = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var options = new CommunicatorOptions { Path = Enum.Parse<CollectivePath>(arguments[3]) };
        CollectiveKind kind = Enum.Parse<CollectiveKind>(arguments[4]);
        UniqueId id = UniqueId.Parse(Environment.GetEnvironmentVariable("URMA_TEST_ID")!);
        using UrmaContext context = UrmaContext.Open(arguments[2]);
        using Communicator communicator = Communicator.Create(context, id, rank, size, options);
        float[] send = new float[Count * size];
        float[] receive = new float[Count * size];
        try
        {
            for (int round = 0; ; round++)
            {
                if (round == RoundsBefore)
                {
                    Lines.Say("running");
                }

                Operate(communicator, kind, send, receive);
            }
        }
        catch (CollectiveException exception)
        {
            Lines.Say($"fault {exception.Fault?.Kind} {exception.Fault?.Rank} {exception.Message}");
        }

        return 0;
    }

    private static void Operate(Communicator communicator, CollectiveKind kind, float[] send, float[] receive)
    {
        bool isRoot = communicator.Rank == 0;
        Span<float> one = receive.AsSpan(0, Count);
        switch (kind)
        {
            case CollectiveKind.AllReduce:
                communicator.AllReduce<float>(send.AsSpan(0, Count), one, Reduction.Sum);
                break;
            case CollectiveKind.Reduce:
                communicator.Reduce<float>(send.AsSpan(0, Count), isRoot ? one : [], Reduction.Sum, 0);
                break;
            case CollectiveKind.Broadcast:
                communicator.Broadcast<float>(isRoot ? send.AsSpan(0, Count) : [], one, 0);
                break;
            case CollectiveKind.AllGather:
                communicator.AllGather<float>(send.AsSpan(0, Count), receive);
                break;
            case CollectiveKind.ReduceScatter:
                communicator.ReduceScatter<float>(send, one, Reduction.Sum);
                break;
            case CollectiveKind.AllToAll:
                communicator.AllToAll<float>(send, receive);
                break;
            case CollectiveKind.Gather:
                communicator.Gather<float>(send.AsSpan(0, Count), isRoot ? receive : [], 0);
                break;
            case CollectiveKind.Scatter:
                communicator.Scatter<float>(isRoot ? send : [], one, 0);
                break;
            default:
                communicator.Barrier();
                break;
        }
    }
}
