// Xcopy: memory of other processes is just an address. A program moves bytes between any two, and lends no buffer of its own.
//
//   dotnet run --project samples/Xcopy
using Urma.Net;
using Urma.Net.Samples;

const int Pages = 256;
const int PageLength = 4096;

return args.Length == 0 ? Mover() : Owner(args[0]);

// Owns memory, tells where it is, and does nothing else: nobody needs it for a copy.
int Owner(string name)
{
    using UrmaContext context = UrmaContext.Open("loopback://samples");
    using Segment memory = context.AllocateSegment(Pages * PageLength);
    for (int page = 0; page < Pages; page++)
    {
        memory.AsSpan((long)page * PageLength, PageLength).Fill(Expected(name, page));
    }

    using IDisposable published = context.Publish(name, [.. memory.Descriptor.ToArray(), .. BitConverter.GetBytes(memory.Token.Value)]);
    return context.Lookup($"{name}-done", TimeSpan.FromSeconds(30)).Length == 1 ? 0 : 1;
}

int Mover()
{
    string left = $"left-{Environment.ProcessId}";
    string right = $"right-{Environment.ProcessId}";
    using OtherEnd leftOwner = OtherEnd.Start(left);
    using OtherEnd rightOwner = OtherEnd.Start(right);
    using UrmaContext context = UrmaContext.Open("loopback://samples");
    using TargetSegment fromImport = Import(context, left);
    using TargetSegment toImport = Import(context, right);
    GlobalMemory memory = context.Global;
    GlobalAddress from = fromImport.GlobalAddress;
    GlobalAddress to = toImport.GlobalAddress;
    Console.WriteLine($"from {from}");
    Console.WriteLine($"to   {to}");

    // One process's memory into another's, all pages in reverse order, in one call.
    var items = new XcopyItem[Pages];
    var results = new GlobalMemoryStatus[Pages];
    for (int page = 0; page < Pages; page++)
    {
        items[page] = new XcopyItem(to + ((long)page * PageLength), from + ((Pages - 1L - page) * PageLength), PageLength);
    }

    // One item goes astray: the others do not mind, and only it is made again.
    items[7] = new XcopyItem(to + (7L * PageLength), from + ((long)Pages * PageLength), PageLength);
    int failed = memory.XcopyBatch(items, results);
    Console.WriteLine($"{Pages - failed} of {Pages} pages copied; page 7: {results[7]}");
    items[7] = new XcopyItem(to + (7L * PageLength), from + ((Pages - 8L) * PageLength), PageLength);
    failed = memory.RetryXcopyBatch(items, results);

    // Into ordinary memory, to look at it.
    byte[] copy = new byte[Pages * PageLength];
    memory.Xcopy(copy, to);
    bool isRight = failed == 0;
    for (int page = 0; page < Pages; page++)
    {
        isRight &= copy.AsSpan(page * PageLength, PageLength).IndexOfAnyExcept(Expected(left, Pages - 1 - page)) < 0;
    }

    using IDisposable leftDone = context.Publish($"{left}-done", [1]);
    using IDisposable rightDone = context.Publish($"{right}-done", [1]);
    bool bothContent = leftOwner.Succeeded() & rightOwner.Succeeded();
    TranslationCounters counters = memory.GetTranslationCounters();
    Console.WriteLine($"{counters.Hits + counters.Misses} translations, {counters.Misses} of them not out of the cache");
    Console.WriteLine(isRight && bothContent ? "every page right" : "wrong pages");
    return isRight && bothContent ? 0 : 1;
}

static byte Expected(string name, int page) => (byte)(name[0] + page);

static TargetSegment Import(UrmaContext context, string name)
{
    byte[] grant = context.Lookup(name, TimeSpan.FromSeconds(20));
    return context.ImportSegment(SegmentDescriptor.Read(grant), new Token(BitConverter.ToUInt32(grant, SegmentDescriptor.Size)));
}
