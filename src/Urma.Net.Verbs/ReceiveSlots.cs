using System.Runtime.InteropServices;

namespace Urma.Net.Verbs;

/// <summary>What is known of each posted receive until it completes: a shared queue of the device's gives them back in any order.</summary>
/// <remarks>One thread takes slots, one at a time gives them back.</remarks>
internal sealed unsafe class ReceiveSlots : IDisposable
{
    private readonly Slot* _slots;
    private readonly uint* _free;
    private readonly uint _mask;
    private uint _taken;
    private uint _returned;
    private long _order;

    public ReceiveSlots(int depth)
    {
        _slots = (Slot*)NativeMemory.AllocZeroed((nuint)(depth * sizeof(Slot)));
        _free = (uint*)NativeMemory.Alloc((nuint)(depth * sizeof(uint)));
        _mask = (uint)depth - 1;
        for (uint i = 0; i < depth; i++)
        {
            _free[i] = i;
        }

        _returned = (uint)depth;
    }

    /// <summary>Slots that are free.</summary>
    public int Free => (int)(Volatile.Read(ref _returned) - _taken);

    /// <summary>Takes a free one. Posting thread.</summary>
    public uint Take(ulong userContext)
    {
        uint index = _free[_taken & _mask];
        _slots[index] = new Slot { UserContext = userContext, Order = ++_order };
        _taken++;
        return index;
    }

    /// <summary>Takes back what <see cref="Take"/> gave last, because the device did not want it. Posting thread.</summary>
    public void Untake(int count)
    {
        for (; count > 0; count--)
        {
            _taken--;
            _slots[_free[_taken & _mask]].Order = 0;
        }
    }

    /// <summary>Gives one back and says whose it was; false where it is free already.</summary>
    public bool TryReturn(uint index, out ulong userContext)
    {
        userContext = 0;
        if (index > _mask || _slots[index].Order == 0)
        {
            return false;
        }

        userContext = _slots[index].UserContext;
        _slots[index].Order = 0;
        _free[_returned & _mask] = index;
        Volatile.Write(ref _returned, _returned + 1);
        return true;
    }

    /// <summary>The user contexts of those that are taken, in the order in which they were; all are given back.</summary>
    public ulong[] ReturnAll()
    {
        var waiting = new List<(long Order, uint Index)>();
        for (uint i = 0; i <= _mask; i++)
        {
            if (_slots[i].Order != 0)
            {
                waiting.Add((_slots[i].Order, i));
            }
        }

        waiting.Sort();
        var contexts = new ulong[waiting.Count];
        for (int i = 0; i < contexts.Length; i++)
        {
            _ = TryReturn(waiting[i].Index, out contexts[i]);
        }

        return contexts;
    }

    public void Dispose()
    {
        NativeMemory.Free(_slots);
        NativeMemory.Free(_free);
    }

    private struct Slot
    {
        public ulong UserContext;

        /// <summary>0 where it is free.</summary>
        public long Order;
    }
}
