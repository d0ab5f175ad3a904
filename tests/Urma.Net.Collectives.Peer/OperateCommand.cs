using System.Globalization;
using Urma.Net.Ub;
using Urma.Net.Verbs;

namespace Urma.Net.Collectives.Peer;

/// <summary>
/// <c>operate RANK SIZE CONTEXT PATH OPERATION [SHRINKS]</c>: one rank of the communicator of the id in <c>URMA_TEST_ID</c>, which does one operation again
/// and again. Says <c>running</c> when it has done some, then the fault that ends it; when told to, goes on without the lost rank and says how many are left.
/// </summary>
internal static class OperateCommand
{
    // Beyond what is under way at a time, so that a rank that ends leaves others in the middle.
    private const int Count = 100_003;
    private const int RoundsBefore = 20;

    public static int Run(string[] arguments)
    {
        VerbsProvider.Register();
        UbProvider.Register();
        int rank = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int size = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var options = new CommunicatorOptions { Path = Enum.Parse<CollectivePath>(arguments[3]) };
        UniqueId id = UniqueId.Parse(Environment.GetEnvironmentVariable("URMA_TEST_ID")!);
        using UrmaContext context = UrmaContext.Open(arguments[2]);
        using Communicator communicator = Communicator.Create(context, id, rank, size, options);
        try
        {
            using var operation = new RepeatedOperation(communicator, arguments[4], Count);
            for (int round = 0; ; round++)
            {
                if (round == RoundsBefore)
                {
                    Lines.Say("running");
                }

                operation.Run();
            }
        }
        catch (CollectiveException exception)
        {
            Lines.Say($"fault {exception.Fault?.Kind} {exception.Fault?.Rank} {exception.Message}");
            if (arguments.Length > 5 && bool.Parse(arguments[5]))
            {
                using Communicator rest = communicator.Shrink([exception.Fault!.Rank]);
                int[] sum = [1];
                rest.AllReduce<int>(sum, sum, Reduction.Sum);
                Lines.Say($"rest {sum[0]}");
            }
        }

        return 0;
    }
}
