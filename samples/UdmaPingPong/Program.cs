// UDMA: two processes write blocks into each other's memory with awaited transfers. Each write ends by storing a number that
// the other side watches; it is visible only after the data, so nobody needs a message.
//
//   dotnet run --project samples/UdmaPingPong
using System.Diagnostics;
using Urma.Net;
using Urma.Net.Samples;

const int Rounds = 2000;
const int Block = 64 * 1024;
const int Outgoing = 0, Incoming = Block, Notify = 2 * Block;

bool first = args.Length == 0;
string game = first ? $"udma-{Environment.ProcessId}" : args[0];

using UrmaContext context = UrmaContext.Open("loopback://samples");
using Segment mine = context.AllocateSegment(Notify + sizeof(long));
using IDisposable published = context.Publish(
    $"{game}-{(first ? 1 : 2)}", [.. mine.Descriptor.ToArray(), .. BitConverter.GetBytes(mine.Token.Value)]);
using OtherEnd? other = first ? OtherEnd.Start(game) : null;

byte[] grant = context.Lookup($"{game}-{(first ? 2 : 1)}", TimeSpan.FromSeconds(10));
using TargetSegment theirs = context.ImportSegment(
    SegmentDescriptor.Read(grant), new Token(BitConverter.ToUInt32(grant, SegmentDescriptor.Size)));
using UdmaChannel channel = UdmaChannel.Create(context);

long begin = Stopwatch.GetTimestamp();
for (int round = 1; round <= Rounds; round++)
{
    if (first)
    {
        await Send(round);
    }

    if (!Arrived(round) || !IsIntact(round))
    {
        Console.Error.WriteLine($"UdmaPingPong: block {round} did not arrive, or not as it was sent");
        return 1;
    }

    if (!first)
    {
        await Send(round);
    }
}

if (first)
{
    double microseconds = Stopwatch.GetElapsedTime(begin).TotalMicroseconds / Rounds;
    Console.WriteLine($"{Rounds} rounds of {Block / 1024} KiB each way between two processes, all bytes checked: {microseconds:0.0} us a round");
}

// The other side may still be reading what was written last: it is done when it ends, and so are we.
return other is null || other.Succeeded() ? 0 : 1;

async ValueTask Send(int round)
{
    mine.AsSpan(Outgoing, Block).Fill((byte)round);
    BitConverter.TryWriteBytes(mine.AsSpan(Outgoing, sizeof(int)), round);
    await channel.WriteNotifyAsync(
        mine.Range(Outgoing, Block), theirs.At(Incoming, Block), theirs.At(Notify, sizeof(long)), (ulong)round);
}

bool Arrived(int round)
{
    using SegmentView view = mine.Map();
    long deadline = Environment.TickCount64 + 20_000;
    while (view.LoadAcquire<long>(Notify) != round)
    {
        if (Environment.TickCount64 > deadline)
        {
            return false;
        }

        Thread.Yield();
    }

    return true;
}

bool IsIntact(int round)
{
    ReadOnlySpan<byte> block = mine.AsSpan(Incoming, Block);
    return BitConverter.ToInt32(block) == round && block[sizeof(int)..].IndexOfAnyExcept((byte)round) < 0;
}
