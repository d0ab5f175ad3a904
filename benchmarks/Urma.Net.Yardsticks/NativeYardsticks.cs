using System.Runtime.InteropServices;

namespace Urma.Net.Measurement;

/// <summary>The C implementation, loaded from <c>liburma_yardstick.so</c>. Once loaded it stays.</summary>
internal sealed unsafe class NativeYardsticks : Yardsticks
{
    /// <summary>The file name, as <c>native/yardstick/CMakeLists.txt</c> builds it.</summary>
    public const string LibraryName = "liburma_yardstick.so";

    // The value of UY_ABI in urma_yardstick.h that the signatures below were written for.
    private const uint SupportedAbi = 1;

    private readonly delegate* unmanaged<ulong*, ulong*, ulong, ulong, int, ulong, ulong> _pingPong;
    private readonly delegate* unmanaged<void*, void*, nuint, ulong, ulong> _copy;
    private readonly delegate* unmanaged<void*, void*, void*, void*, nuint, ulong, ulong, ulong, int, ulong, ulong> _ring;
    private readonly delegate* unmanaged<uint*, uint*, uint, uint, int, ulong, ulong> _futex;
    private readonly delegate* unmanaged<ulong*, ulong, ulong, ulong> _fetchAdd;

    private NativeYardsticks(nint library)
    {
        _pingPong = (delegate* unmanaged<ulong*, ulong*, ulong, ulong, int, ulong, ulong>)
            NativeLibrary.GetExport(library, "uy_pingpong");
        _copy = (delegate* unmanaged<void*, void*, nuint, ulong, ulong>)NativeLibrary.GetExport(library, "uy_memcpy");
        _ring = (delegate* unmanaged<void*, void*, void*, void*, nuint, ulong, ulong, ulong, int, ulong, ulong>)
            NativeLibrary.GetExport(library, "uy_ring");
        _futex = (delegate* unmanaged<uint*, uint*, uint, uint, int, ulong, ulong>)
            NativeLibrary.GetExport(library, "uy_futex");
        _fetchAdd = (delegate* unmanaged<ulong*, ulong, ulong, ulong>)NativeLibrary.GetExport(library, "uy_fetch_add");
        var source = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "uy_source");
        Source = Marshal.PtrToStringUTF8((nint)source()) ?? "C";
    }

    public override string Source { get; }

    /// <summary>Loads the library from a folder.</summary>
    /// <param name="folder">Absolute path of the folder.</param>
    /// <param name="reason">Why there is none, for a report; null on success.</param>
    /// <returns>The implementation, or null when the library is absent, unloadable or of another version.</returns>
    public static NativeYardsticks? TryLoad(string folder, out string? reason)
    {
        string path = Path.Combine(folder, LibraryName);
        if (!File.Exists(path))
        {
            reason = $"{path} does not exist; './build.sh native' builds it when a C compiler and CMake are installed.";
            return null;
        }

        if (!NativeLibrary.TryLoad(path, out nint library))
        {
            reason = $"{path} cannot be loaded; it was probably built for another processor. Rebuild it with './build.sh native'.";
            return null;
        }

        if (!NativeLibrary.TryGetExport(library, "uy_abi", out nint abi) ||
            ((delegate* unmanaged<uint>)abi)() != SupportedAbi)
        {
            NativeLibrary.Free(library);
            reason = $"{path} belongs to another version of this program. Rebuild it with './build.sh native'.";
            return null;
        }

        reason = null;
        return new NativeYardsticks(library);
    }

    private protected override ulong PingPongCore(
        ulong* mine, ulong* theirs, ulong start, ulong rounds, bool initiator, ulong limit) =>
        _pingPong(mine, theirs, start, rounds, initiator ? 1 : 0, limit);

    private protected override ulong CopyCore(void* destination, void* source, nuint bytes, ulong times) =>
        _copy(destination, source, bytes, times);

    private protected override ulong RingCore(
        in RingExchange ring, ulong start, ulong rounds, bool initiator, ulong limit) =>
        _ring(
            ring.Outbound, ring.Inbound, ring.Source, ring.Destination, ring.Payload, ring.Slots, start, rounds,
            initiator ? 1 : 0, limit);

    private protected override ulong FutexHandoffCore(
        uint* mine, uint* theirs, uint start, uint rounds, bool initiator, ulong limit) =>
        _futex(mine, theirs, start, rounds, initiator ? 1 : 0, limit);

    private protected override ulong FetchAddCore(ulong* target, ulong addend, ulong times) =>
        _fetchAdd(target, addend, times);
}
