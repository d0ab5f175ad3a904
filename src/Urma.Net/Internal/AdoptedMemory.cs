using System.Diagnostics.CodeAnalysis;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Memory that the caller allocated, made shareable where it lies: its contents move into a <see cref="MemoryFile"/>
/// that is then mapped over the same addresses. Pointers into it stay valid.
/// </summary>
/// <remarks>
/// <para><b>NOBODY MAY WRITE TO THE PAGES WHILE THEY ARE ADOPTED OR RELEASED.</b> A write between the copy and the move
/// is lost, silently. "Nobody" includes threads that write to neighbours of the memory on its first and last page, the
/// allocator that keeps its notes there, and the garbage collector: memory inside its heap needs
/// <see cref="AdoptionOptions.ExcludeEdgePages"/> and must stay pinned until released. Reads are harmless.</para>
/// <para>Without that option the neighbours on the edge pages become visible, and if the memory is writable also
/// changeable, to whoever imports it.</para>
/// <para>The pages are hidden from forked children (a child that touches them ends with SIGSEGV), because otherwise the
/// child would write into its parent. This holds for the neighbours on edge pages as well.</para>
/// <para>A thread's stack looks like any other anonymous memory; adopting one's own is refused, adopting another
/// thread's is undetectable and breaks the rule above.</para>
/// <para>Memory inside of pages that are adopted already shares them: they are given back when the last of those who adopted them
/// releases them, and until then an importer of one of them that does not confirm a revocation keeps them all.</para>
/// <para>One thread at a time per object.</para>
/// </remarks>
internal sealed unsafe class AdoptedMemory : IDisposable
{
    // Looking at the maps and moving pages must not interleave with another adoption of the same pages.
    private static readonly Lock Gate = new();

    private static readonly List<AdoptedPages> Live = [];

    private readonly AddressRange _requested;
    private readonly AdoptedPages _shared;
    private bool _released;

    private AdoptedMemory(AddressRange requested, AdoptedPages pages)
    {
        _requested = requested;
        _shared = pages;
        pages.Uses++;
    }

    /// <summary>The file that now holds the pages, to be sent to importers; disposed with the last object that shares it.</summary>
    internal MemoryFile File => _shared.File;

    /// <summary>Whether others have adopted memory on the same pages.</summary>
    internal bool IsShared
    {
        get
        {
            lock (Gate)
            {
                return _shared.Uses > 1;
            }
        }
    }

    /// <summary>The first adopted byte, at a page boundary: offset 0 of the file.</summary>
    internal byte* Start => (byte*)Pages.Start;

    /// <summary>Adopted bytes, whole pages: the length of the file.</summary>
    internal long Length => Pages.Length;

    private AddressRange Pages => _shared.Range;

    /// <summary>Bytes of the requested memory in front of the adopted pages; 0 unless edge pages were excluded.</summary>
    internal long ExcludedHead => Math.Max(0, (long)(Pages.Start - _requested.Start));

    /// <summary>Bytes of the requested memory behind the adopted pages; 0 unless edge pages were excluded.</summary>
    internal long ExcludedTail => Math.Max(0, (long)(_requested.End - Pages.End));

    /// <summary>Where the requested memory begins in the file; negative by <see cref="ExcludedHead"/> if edges were excluded.</summary>
    internal long RequestedOffset => (long)(_requested.Start - Pages.Start);

    /// <summary>Adopts memory or throws.</summary>
    /// <inheritdoc cref="TryAdopt"/>
    internal static AdoptedMemory Adopt(string name, void* address, long length, AdoptionOptions? options = null) =>
        TryAdopt(name, address, length, options, out AdoptedMemory? memory, out string? refusal)
            ? memory
            : throw new UrmaException(UrmaStatus.InvalidArgument, refusal);

    /// <summary>Adopts memory if its kind allows it. See the class for what the caller must guarantee meanwhile.</summary>
    /// <param name="name">Shown in <c>/proc/*/maps</c>.</param>
    /// <param name="address">The first byte; need not be aligned.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="options">Edge pages, write protection.</param>
    /// <param name="memory">The adopted memory.</param>
    /// <param name="refusal">Why it cannot be adopted, for instance because it belongs to a file. Nothing has changed then.</param>
    /// <returns>False if memory of that kind cannot be adopted.</returns>
    /// <exception cref="UrmaException">
    /// Twice the memory is needed for a moment and is not there, or descriptors are used up. Nothing has changed.
    /// </exception>
    internal static bool TryAdopt(
        string name,
        void* address,
        long length,
        AdoptionOptions? options,
        [NotNullWhen(true)] out AdoptedMemory? memory,
        [NotNullWhen(false)] out string? refusal)
    {
        options ??= AdoptionOptions.Default;
        AddressRange requested = AddressRange.Of(address, length);
        AddressRange pages = options.ExcludeEdgePages ? requested.InnerPages() : requested.OuterPages();
        memory = null;
        lock (Gate)
        {
            if (Live.Find(live => live.Covers(pages, options.ReadOnlyForOthers)) is { } present)
            {
                refusal = null;
                memory = new AdoptedMemory(requested, present);
                return true;
            }

            string? obstacle = ObstacleIn(pages);
            if (obstacle is not null)
            {
                refusal = $"The {length} bytes at address 0x{requested.Start:x} cannot be adopted: {obstacle}.";
                return false;
            }

            refusal = null;
            var adopted = new AdoptedPages(pages, MoveIntoFile(name, pages, options), options.ReadOnlyForOthers);
            Live.Add(adopted);
            memory = new AdoptedMemory(requested, adopted);
            return true;
        }
    }

    /// <summary>
    /// Takes the pages back: a private copy replaces the file at the same addresses, and what an importer writes from
    /// then on ends in the orphaned file. The same guarantee is needed as for adopting: nobody writes meanwhile.
    /// </summary>
    /// <exception cref="UrmaException">The copy's memory is not there: the pages are still shared; may be tried again.</exception>
    internal void Release()
    {
        lock (Gate)
        {
            if (_released)
            {
                return;
            }

            if (_shared.Uses == 1)
            {
                TakeBack();
                Live.Remove(_shared);
            }

            _shared.Uses--;
            _released = true;
        }
    }

    /// <inheritdoc cref="Release"/>
    public void Dispose() => Release();

    private void TakeBack()
    {
        MemoryFileChecks.ThrowIfHeadroomBelow(Length, MemoryPages.Default);

        // A program may have unmapped some of it without a word, and something else may be there by now.
        foreach (AddressRange part in _shared.Remaining())
        {
            TakeBack(part);
        }

        File.Dispose();
    }

    private static void TakeBack(AddressRange part)
    {
        nint copy = Libc.Mmap(
            null, (nuint)part.Length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        if (copy == Libc.MAP_FAILED)
        {
            LinuxError.ThrowLast($"allocate {part.Length} bytes to take registered memory back");
        }

        Buffer.MemoryCopy((void*)part.Start, (void*)copy, part.Length, part.Length);
        nint moved = Libc.Mremap(
            (void*)copy, (nuint)part.Length, (nuint)part.Length, Libc.MREMAP_MAYMOVE | Libc.MREMAP_FIXED, (void*)part.Start);
        if (moved == Libc.MAP_FAILED)
        {
            UrmaException error = LinuxError.Create(
                $"move {part.Length} bytes back to address 0x{part.Start:x}", System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
            _ = Libc.Munmap((void*)copy, (nuint)part.Length);
            throw error;
        }
    }

    private static string? ObstacleIn(AddressRange pages)
    {
        byte here;
        if (pages.Length <= 0)
        {
            return "without its edge pages nothing is left of it";
        }

        ulong reached = pages.Start;
        foreach (MemoryMapEntry entry in MemoryMaps.Intersecting(pages))
        {
            if (entry.Range.Start > reached)
            {
                break;
            }

            // The whole mapping: a caller's frame may lie on another page than this one.
            if (entry.Range.Contains((ulong)(&here)))
            {
                return "it is the stack of the calling thread";
            }

            if (entry.AdoptionObstacle() is { } obstacle)
            {
                return obstacle;
            }

            reached = entry.Range.End;
        }

        return reached < pages.End ? $"nothing is mapped at address 0x{reached:x}" : null;
    }

    private static MemoryFile MoveIntoFile(string name, AddressRange pages, AdoptionOptions options)
    {
        MemoryFile file = MemoryFile.Create(
            name, pages.Length, new MemoryFileOptions { ReadOnlyForOthers = options.ReadOnlyForOthers });
        SharedMapping? mapping = null;
        try
        {
            mapping = file.MapShared(writable: true, prefault: true);
            Buffer.MemoryCopy((void*)pages.Start, mapping.Pointer, pages.Length, pages.Length);
            mapping.MoveTo((void*)pages.Start);
            mapping.Detach();
            return file;
        }
        catch
        {
            mapping?.Dispose();
            file.Dispose();
            throw;
        }
    }
}
