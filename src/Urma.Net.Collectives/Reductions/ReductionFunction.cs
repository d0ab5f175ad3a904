namespace Urma.Net.Collectives;

/// <summary>
/// Combines elements: <c>accumulator[i] = accumulator[i] ∘ operand[i]</c> for every i below <paramref name="count"/>. Called on the thread of
/// the operation, several times for one operation, each time for a part of the elements; must not keep the addresses, and must give the
/// same result on every rank.
/// </summary>
/// <param name="accumulator">The left operands and the place of the result; aligned to 64 bytes. Does not overlap <paramref name="operand"/>.</param>
/// <param name="operand">The right operands, not to be written. May be unaligned.</param>
/// <param name="count">Elements, at least 1.</param>
/// <param name="type">What the elements are.</param>
public unsafe delegate void ReductionFunction(void* accumulator, void* operand, long count, DataType type);
