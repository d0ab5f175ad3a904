using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Urma.Net.Internal;

/// <summary>
/// Atomics that a device lacks, made of its compare-and-swap: guess what the word holds, swap if it is so, else guess again with what
/// was found. On queues of its own, so that nobody's completions mix with its own.
/// </summary>
/// <remarks>Thread-safe; one operation at a time. Carried out while posting, so not in order with what the same queue has under way.</remarks>
internal sealed unsafe class EmulatedAtomics
{
    private const int QueueDepth = 4;
    private const int PageLength = 64;

    // A peer that does not answer for so long is as good as gone.
    private static readonly long Patience = 2 * Stopwatch.Frequency;

    private readonly UrmaContext _context;
    private readonly Lock _lock = new();
    private Jfc _jfc = null!;
    private Jfs _jfs = null!;
    private Segment _word = null!;
    private ulong _number;

    public EmulatedAtomics(UrmaContext context)
    {
        _context = context;
        Renew();
    }

    /// <summary>Carries out one operation.</summary>
    /// <param name="request">What to do; its local buffer gets the value found.</param>
    /// <param name="width">4 or 8.</param>
    public CompletionStatus Execute(in WorkRequest request, long width)
    {
        lock (_lock)
        {
            long deadline = Stopwatch.GetTimestamp() + Patience;
            ulong guess = 0;
            while (true)
            {
                WorkRequest swap = WorkRequest.CompareSwap(_word.Range(0, width), request.Remote, guess, Result(request, guess, width));
                CompletionStatus status = Exchange(swap, deadline);
                if (status != CompletionStatus.Success)
                {
                    return status;
                }

                ulong found = width == sizeof(ulong) ? *(ulong*)_word.Address : *(uint*)_word.Address;
                if (found == guess)
                {
                    NativeMemory.Copy((void*)_word.Address, (void*)request.Local.Address, (nuint)width);
                    return CompletionStatus.Success;
                }

                guess = found;
            }
        }
    }

    private CompletionStatus Exchange(WorkRequest request, long deadline)
    {
        request.UserContext = ++_number;
        if (_jfs.Post(request) != UrmaStatus.Success)
        {
            return CompletionStatus.LocalOperationError;
        }

        Span<Completion> completion = stackalloc Completion[1];
        while (_jfc.Poll(completion) == 0 || completion[0].UserContext != _number)
        {
            if (Stopwatch.GetTimestamp() > deadline)
            {
                // It may still be carried out, and write its result: into memory that nobody looks at any more.
                Renew();
                return CompletionStatus.AckTimeout;
            }
        }

        return completion[0].Status;
    }

    // What is left behind goes with the context.
    private void Renew()
    {
        _jfc = _context.CreateJfc(new JfcOptions { Depth = 4 * QueueDepth });
        _jfs = _context.CreateJfs(new JfsOptions { SendJfc = _jfc, Depth = QueueDepth });
        _word = _context.AllocateSegment(PageLength, new SegmentOptions { Access = SegmentAccess.LocalOnly });
    }

    private static ulong Result(in WorkRequest request, ulong before, long width)
    {
        ulong result = request.Opcode switch
        {
            Opcode.Swap => request.Operand,
            Opcode.FetchAdd => before + request.Operand,
            Opcode.FetchSub => before - request.Operand,
            Opcode.FetchAnd => before & request.Operand,
            Opcode.FetchOr => before | request.Operand,
            _ => before ^ request.Operand,
        };
        return width == sizeof(ulong) ? result : (uint)result;
    }
}
