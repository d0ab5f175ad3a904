// A ring AllReduce by hand, of nothing but writes that end with a flag: a rank writes to its right neighbour and looks at its own memory,
// no more. First partial sums go round; after size - 1 steps each rank has one block of the sum. Then these blocks go round. A rank sends
// 2 (size - 1) / size of the vector, however many ranks there are: that is why large vectors are reduced in rings.
//
//   dotnet run --project samples/RingAllReduce          (for work take Urma.Net.Collectives, which knows other ways, too)
using System.Runtime.InteropServices;
using Urma.Net;
using Urma.Net.Samples;

const int Ranks = 4, Rounds = 20;
const int Block = 65_536, BlockBytes = Block * sizeof(float);

// A rank's memory: its vector, a place for each partial sum that comes, a flag for each block that comes. With a place and a flag for each
// step nothing is overwritten before it was used, and the writes may arrive in any order. Nor does a neighbour with the next vector overwrite
// anything: whoever has the whole sum knows that all have added their part, and can send no whole block before all others have begun again.
const int Steps = 2 * (Ranks - 1), Arriving = Ranks * BlockBytes, Flags = Arriving + (Ranks - 1) * BlockBytes;
TimeSpan patience = TimeSpan.FromSeconds(30);

// Every rank but the last starts its right neighbour.
string ring = args.Length == 0 ? $"ring-{Environment.ProcessId}" : args[0];
int rank = args.Length == 0 ? 0 : int.Parse(args[1]);
using UrmaContext context = UrmaContext.Open("loopback://samples");
using Segment memory = context.AllocateSegment(Flags + Steps * sizeof(long));
using Jfc completions = context.CreateJfc(new JfcOptions { Depth = 64 });
using Jfs queue = context.CreateJfs(new JfsOptions { SendJfc = completions, Depth = 64 });
using IDisposable published = context.Publish($"{ring}-{rank}", [.. memory.Descriptor.ToArray(), .. BitConverter.GetBytes(memory.Token.Value)]);
using OtherEnd? started = rank < Ranks - 1 ? OtherEnd.Start(ring, $"{rank + 1}") : null;
byte[] grant = context.Lookup($"{ring}-{(rank + 1) % Ranks}", patience);
using TargetSegment right = context.ImportSegment(SegmentDescriptor.Read(grant), new Token(BitConverter.ToUInt32(grant, SegmentDescriptor.Size)));

for (int round = 1; round <= Rounds; round++)
{
    Span<float> vector = Floats(0, Ranks);
    for (int i = 0; i < vector.Length; i++)
    {
        vector[i] = Value(rank, round, i);
    }

    AllReduce(round);
    int wrong = 0;
    for (int i = 0; i < vector.Length; i++)
    {
        wrong += vector[i] == Value(0, round, i) + Value(1, round, i) + Value(2, round, i) + Value(3, round, i) ? 0 : 1;
    }

    Require(wrong == 0, $"{wrong} elements of vector {round} are not the sum");
}

Console.WriteLine($"rank {rank} of {Ranks}: {Rounds} vectors of {Arriving >> 10} KiB, every sum right");
return started is null || started.Succeeded() ? 0 : 1;

void AllReduce(int round)
{
    // Block b starts at rank b; every rank on its way adds its own, so that the last one before rank b has the sum. On the second way round it
    // goes straight to where it belongs: whoever gets it has sent its part of it long before.
    for (int step = 0; step < Steps; step++)
    {
        int block = (rank - step + 2 * Ranks) % Ranks, coming = (block + Ranks - 1) % Ranks;
        Send(block, step < Ranks - 1 ? Arriving + step * BlockBytes : block * BlockBytes, step, round);
        Wait(step, round);
        Span<float> own = Floats(coming * BlockBytes, 1), partial = Floats(Arriving + step % (Ranks - 1) * BlockBytes, 1);
        for (int i = 0; i < Block && step < Ranks - 1; i++)
        {
            own[i] += partial[i];
        }
    }

    // What is still being sent must not change.
    Span<Completion> done = stackalloc Completion[1];
    for (int i = 0; i < Steps; i++)
    {
        Require(completions.Wait(done, patience) == 1 && done[0].IsSuccess, $"write {i} of vector {round} failed: {done[0].Status}");
    }
}

void Send(int block, long to, int step, int round) => Require(UrmaStatus.Success == queue.Post(WorkRequest.WriteNotify(
    memory.Range(block * BlockBytes, BlockBytes), right.At(to, BlockBytes), right.At(Flags + step * sizeof(long), sizeof(long)), (ulong)round)), "the queue is full");

void Wait(int step, int round)
{
    using SegmentView view = memory.Map();
    long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
    while (view.LoadAcquire<long>(Flags + step * sizeof(long)) != round)
    {
        Require(Environment.TickCount64 < deadline, $"step {step} of vector {round} did not come");
        Thread.Yield();
    }
}

Span<float> Floats(int offset, int blocks) => MemoryMarshal.Cast<byte, float>(memory.AsSpan(offset, blocks * BlockBytes));

static float Value(int rank, int round, int i) => (rank + 1) * (i % 1000) + round; // sums of these are exact

void Require(bool isRight, string message) => _ = isRight ? true : throw new InvalidOperationException($"rank {rank}: {message}");
