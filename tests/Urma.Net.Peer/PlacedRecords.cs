using System.Runtime.InteropServices;

namespace Urma.Net.Peer;

/// <summary>
/// Works on placed memory in the background: writes records that count up, or reads all records and checks that none is torn and none
/// older than it was seen before.
/// </summary>
internal sealed class PlacedRecords : IDisposable
{
    private readonly PlacedMemory _memory;
    private readonly Thread _thread;
    private readonly int _writes;
    private readonly int _writers;
    private volatile bool _stop;

    /// <param name="memory">The region.</param>
    /// <param name="writer">Which of the writers this is; −1 for a reader.</param>
    /// <param name="writers">Each record has one writer.</param>
    public PlacedRecords(PlacedMemory memory, int writer, int writers)
    {
        _memory = memory;
        _writes = writer;
        _writers = writers;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public long Operations { get; private set; }

    public long Torn { get; private set; }

    public long Stale { get; private set; }

    public long Failed { get; private set; }

    /// <summary>The highest count written or seen.</summary>
    public ulong Last { get; private set; }

    public static void Fill(Span<byte> record, long index, ulong count)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(record);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = (count * 0x9E37_79B9_7F4A_7C15) ^ ((ulong)index << 32) ^ (ulong)i;
        }

        words[0] = count;
    }

    public static bool IsWhole(ReadOnlySpan<byte> record, long index)
    {
        Span<byte> expected = stackalloc byte[record.Length];
        Fill(expected, index, MemoryMarshal.Read<ulong>(record));
        return record.SequenceEqual(expected);
    }

    public void Dispose()
    {
        _stop = true;
        if (!_thread.Join(TimeSpan.FromSeconds(30)))
        {
            throw new TimeoutException("The worker does not end.");
        }
    }

    private void Run()
    {
        long records = _memory.Length / _memory.GranuleLength;
        byte[] record = new byte[_memory.GranuleLength];
        ulong[] seen = new ulong[records];
        for (ulong round = 1; !_stop; round++)
        {
            for (long index = Math.Max(0, _writes); index < records && !_stop; index += _writes < 0 ? 1 : _writers)
            {
                long offset = index * record.Length;
                if (_writes >= 0)
                {
                    Fill(record, index, round);
                    Failed += _memory.TryWrite(offset, record) == GlobalMemoryStatus.Success ? 0 : 1;
                    Last = round;
                }
                else if (_memory.TryRead(offset, record) != GlobalMemoryStatus.Success)
                {
                    Failed++;
                }
                else
                {
                    ulong count = MemoryMarshal.Read<ulong>(record);
                    Torn += IsWhole(record, index) ? 0 : 1;
                    Stale += count < seen[index] ? 1 : 0;
                    seen[index] = count;
                    Last = Math.Max(Last, count);
                }

                Operations++;
            }
        }
    }
}
