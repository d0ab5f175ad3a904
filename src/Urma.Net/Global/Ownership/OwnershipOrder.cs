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
internal sealed unsafe class OwnershipOrder(OwnershipDirectory directory, OwnershipMembers members, int self)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1);

    private readonly Lock _threads = new();
    private readonly ulong _held = Word(directory, self);
    private readonly ulong _bit = 1ul << self;

    /// <summary>Enters.</summary>
    /// <param name="deadline">A <see cref="TimeLimit"/>.</param>
    /// <param name="holder">On failure the member that is inside; -1 where it is another thread of this one.</param>
    /// <returns>False when the time was over first, or the directory is gone.</returns>
    public bool TryEnter(long deadline, out int holder)
    {
        holder = -1;
        if (!_threads.TryEnter() && !_threads.TryEnter(Milliseconds(deadline)))
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref directory.Order, _held, 0) == 0 || TryEnterContended(deadline, out holder))
        {
            return true;
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
            // The exchange is also the fence between leaving and looking who sleeps.
            Interlocked.Exchange(ref directory.Order, 0);
            if (Volatile.Read(ref *directory.OrderSleepers) != 0)
            {
                Signal(1);
            }
        }

        _threads.Exit();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryEnterContended(long deadline, out int holder)
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
            if (TimeLimit.HasPassed(deadline) || !directory.IsAlive)
            {
                if (hungry && (Interlocked.And(ref directory.Hungry, ~_bit) & _bit) == 0)
                {
                    // It is being handed to us just now: it must not be left lying.
                    members.Later(() => TakeAndLeave());
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

    // The generation tells a dead holder from the next member in its place.
    private static ulong Word(OwnershipDirectory directory, int member) =>
        ((ulong)Volatile.Read(ref directory.Member(member).Generation) << 32) | ((ulong)member + 1);

    private static int Holder(ulong word) => (int)((uint)word - 1) & (DirectoryLayout.MaxMembers - 1);

    private bool IsFree(ulong word) =>
        word == 0 || (uint)word - 1 >= DirectoryLayout.MaxMembers || word != Word(directory, Holder(word)) || members.IsGone(Holder(word));

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

        Interlocked.Exchange(ref directory.Order, Word(directory, next));
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

    // Runs on a thread that may wait.
    private void TakeAndLeave()
    {
        if (TryEnter(TimeLimit.After(TimeSpan.FromSeconds(1)), out _))
        {
            Exit();
        }
    }

    private static TimeSpan Milliseconds(long deadline)
    {
        TimeSpan left = TimeLimit.Left(deadline);
        return left == Timeout.InfiniteTimeSpan || left.TotalMilliseconds < int.MaxValue ? left : TimeSpan.FromMilliseconds(int.MaxValue);
    }
}
