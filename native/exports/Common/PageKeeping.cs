using System.Runtime.InteropServices;

namespace Urma.Net.Exports;

/// <summary>Whether memory that this thread registers stays in its pages, as callers ask that cannot have it moved.</summary>
internal static class PageKeeping
{
    [ThreadStatic]
    private static bool t_isAsked;

    public static bool IsAsked => t_isAsked;

    [UnmanagedCallersOnly(EntryPoint = "soft_keep_pages")]
    public static void Keep(int isKept) => t_isAsked = isKept != 0;
}
