using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Urma.Net.Tool.Perftest;

/// <summary>Checks inside the loops: a compare and a branch; the words are made only on failure.</summary>
internal static class Expect
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Posted(UrmaStatus status)
    {
        if (status != UrmaStatus.Success)
        {
            ThrowPost(status);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Succeeded(in Completion completion)
    {
        if (!completion.IsSuccess)
        {
            ThrowCompletion(completion.Status);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Received(in Completion completion, long length)
    {
        Succeeded(completion);
        if (completion.ByteCount != length)
        {
            ThrowLength(completion.ByteCount, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Number(ulong found, ulong expected)
    {
        if (found != expected)
        {
            ThrowNumber(found, expected);
        }
    }

    [DoesNotReturn]
    private static void ThrowPost(UrmaStatus status) =>
        throw new ToolException($"Post was refused with {status}: are the depths (-T, -R) and the post list (-l, -r) of both ends right?");

    [DoesNotReturn]
    private static void ThrowCompletion(CompletionStatus status) => throw new ToolException($"An operation ended with {status}.");

    [DoesNotReturn]
    private static void ThrowLength(long found, long expected) =>
        throw new ToolException($"Wrong data: a message of {found} bytes arrived where {expected} were sent.");

    [DoesNotReturn]
    private static void ThrowNumber(ulong found, ulong expected) =>
        throw new ToolException($"Wrong data: message {found} arrived where {expected} was due, so one was lost, repeated or reordered.");
}
