// Load and store: one process grants a piece of its memory, the other maps it and uses it like its own.
//
//   dotnet run --project samples/LoadStore
using System.Text;
using Urma.Net;
using Urma.Net.Samples;

const int Flag = 0;           // who has written: 0 nobody, 1 the guest, 2 the owner
const int Text = 128;         // away from the flag: nobody shares its cache line by accident
const string Greeting = "written by the guest, into the owner's memory";
const string Reply = "answered by the owner, who only touched its own memory";

return args.Length == 0 ? Owner() : Guest(args[0]);

int Owner()
{
    using UrmaContext context = UrmaContext.Open("loopback://samples");
    using Segment segment = context.AllocateSegment(4096);

    // A guest needs the descriptor and the token. Here both are published under a name; any other way to carry them will do.
    string name = $"load-store-{Environment.ProcessId}";
    using IDisposable published = context.Publish(name, [.. segment.Descriptor.ToArray(), .. BitConverter.GetBytes(segment.Token.Value)]);
    using OtherEnd guest = OtherEnd.Start(name);

    using SegmentView memory = segment.Map();
    if (!WaitFor(memory, 1))
    {
        return Fail("the guest never wrote");
    }

    string greeting = Read(memory);
    Console.WriteLine($"owner {Environment.ProcessId} reads:  \"{greeting}\"");
    Write(memory, Reply, 2);
    bool guestIsContent = guest.Succeeded();
    return greeting == Greeting && guestIsContent ? 0 : Fail("wrong text");
}

int Guest(string name)
{
    using UrmaContext context = UrmaContext.Open("loopback://samples");
    byte[] grant = context.Lookup(name, TimeSpan.FromSeconds(10));
    var token = new Token(BitConverter.ToUInt32(grant, SegmentDescriptor.Size));
    using TargetSegment target = context.ImportSegment(SegmentDescriptor.Read(grant), token);

    using SegmentView memory = target.Map();
    Write(memory, Greeting, 1);
    if (!WaitFor(memory, 2))
    {
        return Fail("the owner never answered");
    }

    Console.WriteLine($"guest {Environment.ProcessId} reads:  \"{Read(memory)}\"");
    return Read(memory) == Reply ? 0 : Fail("wrong text");
}

static void Write(in SegmentView memory, string text, int flag)
{
    byte[] bytes = Encoding.UTF8.GetBytes(text);
    memory.StoreRelease(Text, (long)bytes.Length);
    bytes.CopyTo(memory.Bytes(Text + sizeof(long), bytes.Length));
    memory.StoreRelease(Flag, flag); // whoever sees the flag sees the text
}

static string Read(in SegmentView memory) =>
    Encoding.UTF8.GetString(memory.ReadOnlyBytes(Text + sizeof(long), (int)memory.LoadAcquire<long>(Text)));

static bool WaitFor(in SegmentView memory, int flag)
{
    long deadline = Environment.TickCount64 + 20_000;
    while (memory.LoadAcquire<int>(Flag) != flag)
    {
        if (Environment.TickCount64 > deadline)
        {
            return false;
        }

        Thread.Yield();
    }

    return true;
}

static int Fail(string what)
{
    Console.Error.WriteLine($"LoadStore: {what}");
    return 1;
}
