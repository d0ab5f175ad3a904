using Urma.Net.Collectives.Tests.Communicators;
using Urma.Net.Collectives.Tests.Hierarchical;

namespace Urma.Net.Collectives.Tests.Matrix;

/// <summary>
/// Operation × type × reduction × place × ranks × size × alignment × registration: a sample by default, all of it where <c>URMA_TEST_FULL</c> is 1
/// (<c>./build.sh test-full</c>). <c>URMA_TEST_SEED</c> chooses another sample.
/// </summary>
public sealed class MatrixTests
{
    private const int Cases = 400;

    public static TheoryData<int, CollectivePath> Shapes()
    {
        var data = new TheoryData<int, CollectivePath>();
        foreach (int size in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 17 })
        {
            data.Add(size, CollectivePath.Mapped);
            data.Add(size, CollectivePath.Posted);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_byte_is_right(int size, CollectivePath path) =>
        Run(size, path == CollectivePath.Posted && size > 9 ? Cases / 3 : Cases, _ => new CommunicatorOptions { Path = path });

    public static TheoryData<string> Hosts() => [.. HostShape.All];

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Every_byte_is_right_between_hosts(string hosts) => Run(hosts.Length, Cases / 2, rank => HostShape.OptionsOf(hosts, rank));

    private static void Run(int size, int sample, Func<int, CommunicatorOptions> optionsOf)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("URMA_TEST_SEED"), out int given) ? given : 20261122;
        bool isFull = Environment.GetEnvironmentVariable("URMA_TEST_FULL") == "1";
        MatrixCase[] cases = [.. isFull ? MatrixCase.All(size) : MatrixCase.Sample(size, sample, seed + size)];
        RankThreads.Run(
            size,
            communicator =>
            {
                using var rank = new MatrixRank(communicator);
                foreach (MatrixCase one in cases)
                {
                    rank.Run(one);
                }
            },
            oneContext: size % 2 == 0,
            limit: isFull ? TimeSpan.FromHours(1) : null,
            optionsOf: optionsOf);
    }
}
