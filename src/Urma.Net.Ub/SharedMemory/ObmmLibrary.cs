using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Libobmm;

namespace Urma.Net.Ub;

/// <summary>The libobmm of this process: found and loaded once.</summary>
internal sealed unsafe partial class ObmmLibrary
{
    /// <summary>Where to look before the usual places.</summary>
    public const string PathVariable = "URMA_LIBOBMM";

    // What the software libobmm puts before the names of its nodes.
    private const string PrefixVariable = "URMA_OBMM_PREFIX";
    private const string ControlNode = "/dev/obmm";
    private const string NodeName = "obmm_shmdev";

    private static readonly string[] Names = ["libobmm.so.1", "libobmm.so"];
    private static readonly Lock LibraryLock = new();
    private static ObmmLibrary? s_library;
    private static string? s_path;

    private ObmmLibrary(string path, string? problem)
    {
        Path = path;
        Problem = problem;
    }

    /// <summary>The library of this process.</summary>
    public static ObmmLibrary Instance
    {
        get
        {
            lock (LibraryLock)
            {
                return s_library ??= Load(s_path ?? Environment.GetEnvironmentVariable(PathVariable));
            }
        }
    }

    /// <summary>The file, or what was asked of the loader.</summary>
    public string Path { get; }

    /// <summary>Why it cannot be used and what to do; null where it can.</summary>
    public string? Problem { get; }

    /// <summary>Says which file to load.</summary>
    /// <exception cref="InvalidOperationException">Another one is in use already.</exception>
    public static void Use(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        lock (LibraryLock)
        {
            if (s_library is { Problem: null } library && library.Path != System.IO.Path.GetFullPath(path) && s_path != path)
            {
                throw new InvalidOperationException($"'{library.Path}' is in use already: call UseLibrary before anything else of UbSharedMemory.");
            }

            s_path = path;
            s_library = s_library is { Problem: null } ? s_library : null;
        }
    }

    /// <summary>Where the node of some memory is.</summary>
    public static string NodePath(ulong memoryId)
    {
        string prefix = Variable(PrefixVariable) is { Length: > 0 } chosen ? chosen
            : File.Exists(ControlNode) ? "/dev/"
            : $"/dev/shm/urma-obmm-{Geteuid()}/";
        return $"{prefix}{NodeName}{memoryId}";
    }

    /// <exception cref="UrmaException">It cannot be used.</exception>
    public void ThrowIfNotSupported()
    {
        if (Problem is not null)
        {
            throw new UrmaException(UrmaStatus.Failed, Problem);
        }
    }

    /// <summary>Finds, loads and tries a library.</summary>
    /// <param name="path">The file; by name where it is null.</param>
    internal static ObmmLibrary Load(string? path)
    {
        string asked = path ?? Names[0];
        if (!OperatingSystem.IsLinux())
        {
            return new ObmmLibrary(asked, "OBMM exists on Linux only.");
        }

        nint handle = 0;
        string reason = string.Empty;
        foreach (string name in path is null ? Names : [path])
        {
            if (TryOpen(name, out handle, ref reason))
            {
                break;
            }
        }

        if (handle == 0)
        {
            return new ObmmLibrary(
                asked,
                $"'{asked}' could not be loaded ({reason}). Install OBMM (openEuler: dnf install obmm), or name the file in {PathVariable}; " +
                "without UB hardware, that can be the software libobmm.");
        }

        string file = LoadedFile.Of(handle, "obmm_export") ?? asked;
        if (Array.Find(Needed, f => !NativeLibrary.TryGetExport(handle, f, out _)) is { } missing)
        {
            return new ObmmLibrary(file, $"'{file}' is not libobmm: it has no function {missing}. Name the right file in {PathVariable}.");
        }

        Libobmm.Load(handle, file);
        return new ObmmLibrary(file, ProblemOf(file));
    }

    private static readonly string[] Needed =
        ["obmm_export", "obmm_unexport", "obmm_import", "obmm_unimport", "obmm_set_ownership"];

    // Asks for what is always refused; how it is refused tells whether there is a driver behind the library.
    private static string? ProblemOf(string file)
    {
        Marshal.SetLastSystemError(0);
        _ = Libobmm.obmm_unexport(ulong.MaxValue, 1);
        int error = Marshal.GetLastSystemError();
        return error switch
        {
            Libc.EACCES or Libc.EPERM =>
                $"'{file}' may not be used by this user ({Marshal.GetPInvokeErrorMessage(error)}): it needs the right to open {ControlNode}, or a folder of its own in {PrefixVariable}.",
            Libc.EINVAL => null,
            _ when !File.Exists(ControlNode) =>
                $"'{file}' finds no driver ({Marshal.GetPInvokeErrorMessage(error)}): {ControlNode} does not exist. Load the kernel module (modprobe obmm), or name the software libobmm in {PathVariable}.",
            _ => null,
        };
    }

    private static bool TryOpen(string name, out nint handle, ref string reason)
    {
        try
        {
            handle = NativeLibrary.Load(name);
            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            handle = 0;
            // The loader's own words come last.
            reason = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            return false;
        }
    }

    // From C's environment, as the library does: .NET keeps a copy of its own.
    private static string? Variable(string name)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            return Marshal.PtrToStringUTF8(Getenv(text));
        }
    }

    [LibraryImport("libc", EntryPoint = "getenv")]
    private static partial nint Getenv(byte* name);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint Geteuid();
}
