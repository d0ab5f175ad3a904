using System.Runtime.CompilerServices;

namespace Urma.Net;

public sealed partial class UdmaChannel
{
    /// <summary>Atomically replaces the remote value by <paramref name="value"/> if it equals <paramref name="compare"/>.</summary>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="compare">What the word must hold.</param>
    /// <param name="value">What to store.</param>
    /// <param name="width">4 or 8 bytes.</param>
    /// <param name="cancellationToken">Ends the await, not the operation.</param>
    /// <returns>The value before: equal to <paramref name="compare"/> where the swap took place.</returns>
    /// <exception cref="UrmaException">The operation failed.</exception>
    public ValueTask<ulong> CompareSwapAsync(
        RemoteAddress remote, ulong compare, ulong value, AtomicWidth width = AtomicWidth.Bits64, CancellationToken cancellationToken = default)
    {
        WorkRequest request = WorkRequest.CompareSwap(Scratch(0, Checked(width)), remote, compare, value);
        return ExecuteAtomic(ref request, cancellationToken);
    }

    /// <summary>Atomically stores a value.</summary>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="value">What to store.</param>
    /// <param name="width">4 or 8 bytes.</param>
    /// <param name="cancellationToken">Ends the await, not the operation.</param>
    /// <returns>The value before.</returns>
    /// <exception cref="UrmaException">The operation failed.</exception>
    public ValueTask<ulong> SwapAsync(
        RemoteAddress remote, ulong value, AtomicWidth width = AtomicWidth.Bits64, CancellationToken cancellationToken = default) =>
        ExecuteAtomic(Opcode.Swap, remote, value, width, cancellationToken);

    /// <summary>Atomically adds; wraps around.</summary>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="operand">What to add.</param>
    /// <param name="width">4 or 8 bytes.</param>
    /// <param name="cancellationToken">Ends the await, not the operation.</param>
    /// <returns>The value before.</returns>
    /// <exception cref="UrmaException">The operation failed.</exception>
    public ValueTask<ulong> FetchAddAsync(
        RemoteAddress remote, ulong operand, AtomicWidth width = AtomicWidth.Bits64, CancellationToken cancellationToken = default) =>
        ExecuteAtomic(Opcode.FetchAdd, remote, operand, width, cancellationToken);

    /// <summary>Atomically subtracts; wraps around.</summary>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="operand">What to subtract.</param>
    /// <param name="width">4 or 8 bytes.</param>
    /// <param name="cancellationToken">Ends the await, not the operation.</param>
    /// <returns>The value before.</returns>
    /// <exception cref="UrmaException">The operation failed.</exception>
    public ValueTask<ulong> FetchSubAsync(
        RemoteAddress remote, ulong operand, AtomicWidth width = AtomicWidth.Bits64, CancellationToken cancellationToken = default) =>
        ExecuteAtomic(Opcode.FetchSub, remote, operand, width, cancellationToken);

    /// <summary>Atomically combines with bitwise and.</summary>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="width">4 or 8 bytes.</param>
    /// <param name="cancellationToken">Ends the await, not the operation.</param>
    /// <returns>The value before.</returns>
    /// <exception cref="UrmaException">The operation failed.</exception>
    public ValueTask<ulong> FetchAndAsync(
        RemoteAddress remote, ulong operand, AtomicWidth width = AtomicWidth.Bits64, CancellationToken cancellationToken = default) =>
        ExecuteAtomic(Opcode.FetchAnd, remote, operand, width, cancellationToken);

    /// <summary>Atomically combines with bitwise or.</summary>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="width">4 or 8 bytes.</param>
    /// <param name="cancellationToken">Ends the await, not the operation.</param>
    /// <returns>The value before.</returns>
    /// <exception cref="UrmaException">The operation failed.</exception>
    public ValueTask<ulong> FetchOrAsync(
        RemoteAddress remote, ulong operand, AtomicWidth width = AtomicWidth.Bits64, CancellationToken cancellationToken = default) =>
        ExecuteAtomic(Opcode.FetchOr, remote, operand, width, cancellationToken);

    /// <summary>Atomically combines with bitwise exclusive or.</summary>
    /// <param name="remote">The remote word, aligned to its width.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="width">4 or 8 bytes.</param>
    /// <param name="cancellationToken">Ends the await, not the operation.</param>
    /// <returns>The value before.</returns>
    /// <exception cref="UrmaException">The operation failed.</exception>
    public ValueTask<ulong> FetchXorAsync(
        RemoteAddress remote, ulong operand, AtomicWidth width = AtomicWidth.Bits64, CancellationToken cancellationToken = default) =>
        ExecuteAtomic(Opcode.FetchXor, remote, operand, width, cancellationToken);

    private static int Checked(AtomicWidth width)
    {
        if (width is not (AtomicWidth.Bits32 or AtomicWidth.Bits64))
        {
            ThrowWidth(width);
        }

        return (int)width;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowWidth(AtomicWidth width) =>
        throw new ArgumentOutOfRangeException(nameof(width), width, "Atomics are 4 or 8 bytes wide.");

    private ValueTask<ulong> ExecuteAtomic(
        Opcode opcode, RemoteAddress remote, ulong operand, AtomicWidth width, CancellationToken cancellationToken)
    {
        WorkRequest request = WorkRequest.FetchAdd(Scratch(0, Checked(width)), remote, operand);
        request.Opcode = opcode;
        return ExecuteAtomic(ref request, cancellationToken);
    }
}
