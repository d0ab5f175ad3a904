// Ownership in batches: two trainers pass gradient buckets to and fro. Whoever owns a bucket may write it; all buckets that a step
// needs change hands by one call, in one protocol round.
//
//   dotnet run --project samples/BatchOwnership
using Urma.Net;
using Urma.Net.Samples;

const int Buckets = 64;       // each a region of its own
const int Values = 1024;      // gradients in a bucket
const int Steps = 20;
TimeSpan patience = TimeSpan.FromSeconds(20);

return args.Length == 0 ? First() : Second(args[0], new Token(uint.Parse(args[1])));

int First()
{
    using UrmaContext context = UrmaContext.Open("loopback://samples");
    string name = $"gradients-{Environment.ProcessId}";
    using OwnershipDomain domain = OwnershipDomain.Create(context, name, new OwnershipDomainOptions { Capacity = Buckets * Values * sizeof(float) });
    for (int i = 0; i < Buckets; i++)
    {
        domain.CreateRegion($"bucket-{i}", Values * sizeof(float));
    }

    using OtherEnd second = OtherEnd.Start(name, $"{domain.Token.Value}");
    return Train(domain, parity: 0) && second.Succeeded() ? 0 : 1;
}

int Second(string name, Token token)
{
    using UrmaContext context = UrmaContext.Open("loopback://samples");
    using OwnershipDomain domain = OwnershipDomain.Join(context, name, token, patience);
    return Train(domain, parity: 1) ? 0 : 1;
}

// The trainers take turns: step s is done by the one of its parity, which adds s to every gradient of every second bucket and keeps
// the step's number in the first value of bucket 0.
bool Train(OwnershipDomain domain, int parity)
{
    SharedRegion[] buckets = [.. Enumerable.Range(0, Buckets).Select(i => domain.OpenRegion($"bucket-{i}"))];
    OwnershipChange[] changes = [.. buckets.Where((_, i) => i % 2 == 0).Select(b => OwnershipChange.Whole(b, Ownership.Write))];
    var results = new OwnershipResult[changes.Length];
    long rounds = 0;
    for (int step = parity; step < Steps; step += 2)
    {
        if (!WaitForTurn(buckets[0], step))
        {
            Console.Error.WriteLine($"trainer {parity}: step {step} never came");
            return false;
        }

        long before = domain.GetCounters().Rounds;
        domain.SetOwnership(changes, results);
        rounds += domain.GetCounters().Rounds - before;
        for (int i = Buckets - 2; i >= 0; i -= 2)
        {
            using OwnershipScope bucket = buckets[i].AcquireWrite(0, buckets[i].Length);
            Span<float> gradients = bucket.Span<float>(0, Values);
            for (int k = 1; k < Values; k++)
            {
                gradients[k] += step;
            }

            gradients[0] = i == 0 ? step + 1 : 0; // last of all: it is the other one's turn
        }
    }

    return WaitForTurn(buckets[0], Steps) && Check(domain, buckets, parity, rounds);
}

bool WaitForTurn(SharedRegion first, int step)
{
    for (long end = Environment.TickCount64 + 20_000; Environment.TickCount64 < end; Thread.Sleep(1))
    {
        using OwnershipScope turn = first.AcquireRead(0, sizeof(float));
        if (turn.ReadOnlySpan<float>(0, 1)[0] == step)
        {
            return true;
        }
    }

    return false;
}

bool Check(OwnershipDomain domain, SharedRegion[] buckets, int parity, long rounds)
{
    float expected = Enumerable.Range(0, Steps).Sum();
    using OwnershipScope last = buckets[Buckets - 2].AcquireRead(0, Values * sizeof(float));
    bool right = last.ReadOnlySpan<float>(sizeof(float), Values - 1).IndexOfAnyExcept(expected) < 0;
    Console.WriteLine($"trainer {parity}: {Steps / 2} steps, {Buckets / 2} buckets each, {rounds} rounds; {(right ? "every gradient right" : "WRONG SUMS")}");
    Console.WriteLine($"           {domain.GetCounters().Switches} granules changed hands");
    return right;
}
