using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Binding;

/// <summary>A native library whose functions are looked up one by one, because not every release has all of them.</summary>
/// <param name="handle">The library, kept loaded by whoever loaded it.</param>
/// <param name="path">The file it came from, for messages.</param>
/// <param name="hint">What to say about functions that are missing; may be empty.</param>
internal sealed unsafe class LoadedLibrary(nint handle, string path, string hint)
{
    /// <summary>Finds a function that is about to be called.</summary>
    /// <param name="library">The library, or null when none was loaded.</param>
    /// <param name="libraryName">Its usual file name, for messages.</param>
    /// <param name="function">The function's name.</param>
    /// <exception cref="InvalidOperationException">No library was loaded.</exception>
    /// <exception cref="EntryPointNotFoundException">The library has no such function.</exception>
    public static void* Find(LoadedLibrary? library, string libraryName, string function)
    {
        if (library is null)
        {
            throw new InvalidOperationException($"'{function}' was called before {libraryName} was loaded.");
        }

        return library.Address(function);
    }

    /// <summary>Whether the library has a function.</summary>
    public bool Has(string function) => NativeLibrary.TryGetExport(handle, function, out _);

    private void* Address(string function) => NativeLibrary.TryGetExport(handle, function, out nint address)
        ? (void*)address
        : throw new EntryPointNotFoundException($"'{path}' has no function '{function}'. {hint}".TrimEnd());
}
