using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// What puts the rounds of all members in order: a word that says who changes the directory now. Entered by one compare-and-swap
/// while nobody else is inside; whoever has waited long is handed it, so that nobody starves; a holder's death gives it to whoever
/// finds out.
/// </summary>
/// <remarks>Thread-safe. Between two processes of one member nothing is shared: a member is a process's domain object.</remarks>
internal sealed unsafe class OwnershipOrder(OwnershipDirectory directory, OwnershipMembers members, int self, uint identity)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LateSlice = TimeSpan.FromMilliseconds(100);

    private readonly Lock _threads = new();
    private readonly ulong _held = Word(identity, self);
    private readonly ulong _bit = 1ul << self;
    private readonly MemberRecord _own = directory.Member(self);
    private int _isTaking;

    /// <summary>Enters.</summary>
    /// <param name="deadline">A <see cref="TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="holder">On failure the member that is inside; -1 where it is another thread of this one.</param>
    /// <returns>False when the time was over first, it was cancelled, the directory is gone, or this member's place is another's.</returns>
    public bool TryEnter(long deadline, CancellationToken cancellationToken, out int holder)
    {
        holder = -1;
        if (!_threads.TryEnter() && !TryEnterThreads(deadline, cancellationToken))
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref directory.Order, _held, 0) == 0 || TryEnterContended(deadline, cancellationToken, out holder))
        {
            if (Volatile.Read(ref _own.Identity) == identity)
            {
                return true;
            }

            Interlocked.CompareExchange(ref directory.Order, 0, _held);
        }

        _threads.Exit();
        return false;
    }

    /// <summary>Leaves, and lets in who has waited long.</summary>
    public void Exit()
    {
        ulong hungry = Volatile.Read(ref directory.Hungry) & ~_bit;
        if (hungry == 0 || !TryHandOver(hungry))
        {
            // The exchange is also the fence between leaving and looking who sleeps. Whoever took us for dead is inside now.
            Interlocked.CompareExchange(ref directory.Order, 0, _held);
            if (Volatile.Read(ref *directory.OrderSleepers) != 0)
            {
                Signal(1);
            }
        }

        _threads.Exit();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryEnterContended(long deadline, CancellationToken cancellationToken, out int holder)
    {
        var patience = default(Patience);
        bool hungry = false;
        holder = -1;
        while (true)
        {
            ulong word = Volatile.Read(ref directory.Order);

            // Nobody else of this process is inside, so a word that names it was handed over, or is left of nonsense.
            if (word == _held || (IsFree(word) && Interlocked.CompareExchange(ref directory.Order, _held, word) == word))
            {
                if (hungry)
                {
                    _ = Interlocked.And(ref directory.Hungry, ~_bit);
                }

                return true;
            }

            holder = Holder(word);
            if (TimeLimit.HasPassed(deadline) || cancellationToken.IsCancellationRequested || !directory.IsAlive || Volatile.Read(ref _own.Identity) != identity)
            {
                if (hungry && (Interlocked.And(ref directory.Hungry, ~_bit) & _bit) == 0)
                {
                    // It is being handed to us, now or later: it must not be left lying.
                    TakeLater();
                }

                return false;
            }

            if (patience.TrySpin())
            {
                continue;
            }

            if (!hungry && patience.HasLasted(OwnershipOrder.Patience))
            {
                hungry = true;
                _ = Interlocked.Or(ref directory.Hungry, _bit);
            }

            members.Suspect(1ul << holder);
            Sleep(word, deadline);
        }
    }

    private bool TryEnterThreads(long deadline, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan left = TimeLimit.Left(deadline);
            if (_threads.TryEnter(left == Timeout.InfiniteTimeSpan || left > Slice ? Slice : left))
            {
                return true;
            }

            if (TimeLimit.HasPassed(deadline))
            {
                return false;
            }
        }

        return false;
    }

    // The identity tells a dead holder from the next member in its place.
    private static ulong Word(uint identity, int member) => ((ulong)identity << 32) | ((ulong)member + 1);

    private ulong WordOf(int member) => Word(Volatile.Read(ref directory.Member(member).Identity), member);

    private static int Holder(ulong word) => (int)((uint)word - 1) & (DirectoryLayout.MaxMembers - 1);

    private bool IsFree(ulong word) =>
        word == 0 || (uint)word - 1 >= DirectoryLayout.MaxMembers || !MemberRecord.IsJoined((uint)(word >> 32))
        || word != WordOf(Holder(word)) || members.IsGone(Holder(word));

    private void Sleep(ulong seen, long deadline)
    {
        int signal = Volatile.Read(ref *directory.OrderSignal);
        Interlocked.Increment(ref *directory.OrderSleepers);
        if (Volatile.Read(ref directory.Order) == seen)
        {
            Global.Patience.Sleep(directory.OrderSignal, signal, deadline);
        }

        Interlocked.Decrement(ref *directory.OrderSleepers);
    }

    private bool TryHandOver(ulong hungry)
    {
        // The next one round, so that everybody's turn comes.
        ulong behind = hungry & ~((_bit << 1) - 1);
        int next = BitOperations.TrailingZeroCount(behind != 0 ? behind : hungry);
        if ((Interlocked.And(ref directory.Hungry, ~(1ul << next)) & (1ul << next)) == 0)
        {
            return false;
        }

        Interlocked.CompareExchange(ref directory.Order, WordOf(next), _held);
        if (Volatile.Read(ref *directory.OrderSleepers) != 0)
        {
            Signal(int.MaxValue);
        }

        return true;
    }

    private void Signal(int count)
    {
        Interlocked.Increment(ref *directory.OrderSignal);
        _ = Futex.Wake(directory.OrderSignal, count);
    }

    private void TakeLater()
    {
        if (Interlocked.Exchange(ref _isTaking, 1) == 0)
        {
            members.Later(TakeAndLeave);
        }
    }

    // Runs on a thread that may wait. Whoever hands it to us may be stopped for long before it does.
    private void TakeAndLeave()
    {
        if (TryEnter(TimeLimit.After(LateSlice), CancellationToken.None, out _))
        {
            // Inside, nobody of ours can give up.
            Volatile.Write(ref _isTaking, 0);
            Exit();
        }
        else if (directory.IsAlive && Volatile.Read(ref _own.Identity) == identity)
        {
            members.Later(TakeAndLeave);
        }
    }
}
