// A cache of keys and values that one process writes and many read, straight out of its memory: no request, no answer, no copy of
// the cache. A version before each value tells a reader that the writer was there meanwhile, and it reads again.
//
//   dotnet run --project samples/KvCache
using System.Buffers.Binary;
using Urma.Net;
using Urma.Net.Samples;

const int Keys = 512;
const int ValueLength = 1000;
const int SlotLength = 1024;  // version, then value
const int Readers = 3;
const int ReadsEach = 20_000;
const long Done = 0;          // the first slot holds no value: readers count there when they are done
const string Fabric = "loopback://samples";

return args.Length == 0 ? Writer() : Reader(args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));

int Writer()
{
    using UrmaContext context = UrmaContext.Open(Fabric);
    using Segment cache = context.AllocateSegment((Keys + 1L) * SlotLength);
    using SegmentView view = cache.Map();
    for (int key = 0; key < Keys; key++)
    {
        Put(view, key, 0);
    }

    string name = $"kv-{Environment.ProcessId}";
    using IDisposable published = context.Publish(name, [.. cache.Descriptor.ToArray(), .. BitConverter.GetBytes(cache.Token.Value)]);
    OtherEnd[] readers = [.. Enumerable.Range(0, Readers).Select(i => OtherEnd.Start(name, $"{i}"))];

    long writes = 0;
    (var random, long deadline) = (new Random(1), Environment.TickCount64 + 30_000);
    while (view.LoadAcquire<long>(Done) < Readers && Environment.TickCount64 < deadline)
    {
        Put(view, random.Next(Keys), (int)++writes);
    }

    bool good = true;
    foreach (OtherEnd reader in readers)
    {
        good &= reader.Succeeded();
        reader.Dispose();
    }

    Console.WriteLine($"writer: {writes} values written while {Readers} processes read {(good ? "and none was torn" : "WITH ERRORS")}");
    return good ? 0 : 1;
}

int Reader(string name, int number)
{
    using UrmaContext context = UrmaContext.Open(Fabric);
    byte[] grant = context.Lookup(name, TimeSpan.FromSeconds(10));
    using TargetSegment cache = context.ImportSegment(SegmentDescriptor.Read(grant), new Token(BitConverter.ToUInt32(grant, SegmentDescriptor.Size)));
    using SegmentView view = cache.Map();
    byte[] value = new byte[ValueLength];
    (var random, long again) = (new Random(number), 0);
    for (int i = 0; i < ReadsEach; i++)
    {
        again += Get(context.Global, cache.GlobalAddress, view, random.Next(Keys), value);
        if (value.AsSpan(sizeof(int)).IndexOfAnyExcept((byte)BinaryPrimitives.ReadInt32LittleEndian(value)) >= 0)
        {
            Console.Error.WriteLine($"reader {number}: a torn value");
            return 1;
        }
    }

    view.FetchAdd(Done, 1L);
    Console.WriteLine($"reader {number}: {ReadsEach} values, read again {again} times because the writer was there");
    return 0;
}

// Odd while the value changes.
static void Put(in SegmentView view, int key, int content)
{
    (long slot, long version) = ((key + 1L) * SlotLength, view.LoadAcquire<long>((key + 1L) * SlotLength));
    view.Swap(slot, version + 1); // an atomic, so that no later store passes it
    Span<byte> value = view.Bytes(slot + sizeof(long), ValueLength);
    BinaryPrimitives.WriteInt32LittleEndian(value, content);
    value[sizeof(int)..].Fill((byte)content);
    view.StoreRelease(slot, version + 2);
}

static int Get(GlobalMemory memory, GlobalAddress cache, in SegmentView view, int key, Span<byte> value)
{
    long slot = (key + 1L) * SlotLength;
    for (int attempt = 0; ; attempt++)
    {
        long version = view.LoadAcquire<long>(slot);
        memory.Xcopy(value, cache + slot + sizeof(long));
        Interlocked.MemoryBarrier(); // the value before the second look
        if ((version & 1) == 0 && view.LoadAcquire<long>(slot) == version)
        {
            return attempt;
        }

        Thread.Yield();
    }
}
