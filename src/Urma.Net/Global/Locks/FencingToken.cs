using System.Runtime.CompilerServices;

namespace Urma.Net;

/// <summary>
/// A number of its own for every acquisition of a <see cref="GlobalLock"/>, in the order in which they were asked for. Whatever the lock
/// protects remembers the highest number it was shown and refuses lower ones: then a holder that was believed dead and comes back changes
/// nothing any more.
/// </summary>
/// <remarks>
/// A writer's is higher than those of all who were in before. Readers that share are not let in in the order of theirs: a fence that is
/// shown readers' tokens, too, refuses a reader that came in after one with a higher token.
/// </remarks>
/// <param name="Value">1 or more; 0 is the token of nobody.</param>
public readonly record struct FencingToken(long Value) : IComparable<FencingToken>
{
    /// <summary>Shows the token to a fence: lets it pass where no higher one has, and has lower ones refused from then on.</summary>
    /// <param name="highest">
    /// The fence: the highest value shown so far, 8-byte aligned, 0 in the beginning. It may lie in shared memory; all who check it need
    /// atomics on it.
    /// </param>
    /// <returns>Whether it may pass. The fence is not a lock: what is done after passing must itself be refused or harmless when a
    /// higher token passes meanwhile.</returns>
    /// <remarks>Thread-safe, also between processes; does not allocate.</remarks>
    public bool TryPass(ref long highest)
    {
        long seen = Volatile.Read(ref highest);
        while (seen < Value)
        {
            long found = Interlocked.CompareExchange(ref highest, Value, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return seen == Value && Value != 0;
    }

    /// <summary>Orders by value: the later acquisition is the greater.</summary>
    /// <param name="other">The token to compare with.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompareTo(FencingToken other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left one was given earlier.</summary>
    public static bool operator <(FencingToken left, FencingToken right) => left.Value < right.Value;

    /// <summary>Whether the left one was given later.</summary>
    public static bool operator >(FencingToken left, FencingToken right) => left.Value > right.Value;

    /// <summary>Whether the left one was not given later.</summary>
    public static bool operator <=(FencingToken left, FencingToken right) => left.Value <= right.Value;

    /// <summary>Whether the left one was not given earlier.</summary>
    public static bool operator >=(FencingToken left, FencingToken right) => left.Value >= right.Value;
}
