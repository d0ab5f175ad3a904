using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

/// <summary>
/// Writes the C program that claims everything our bindings believe about the C library: sizes, offsets, constants. It
/// compiles only if the compiler agrees.
/// </summary>
internal static class LayoutOracle
{
    /// <summary>Every struct of the bindings and its name in C.</summary>
    internal static readonly IReadOnlyDictionary<Type, string> Structs = new Dictionary<Type, string>
    {
        [typeof(Iovec)] = "struct iovec",
        [typeof(Msghdr)] = "struct msghdr",
        [typeof(Cmsghdr)] = "struct cmsghdr",
        [typeof(SockaddrUn)] = "struct sockaddr_un",
        [typeof(Ucred)] = "struct ucred",
        [typeof(Pollfd)] = "struct pollfd",
        [typeof(EpollEvent)] = "struct epoll_event",
        [typeof(EpollEventPacked)] = "struct epoll_event",
        [typeof(Timespec)] = "struct timespec",
        [typeof(Rlimit)] = "struct rlimit",
        [typeof(Statx)] = "struct statx",
        [typeof(Statfs)] = "struct statfs",
        [typeof(ProcmapQuery)] = "struct procmap_query",
    };

    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <sched.h>
        #include <signal.h>
        #include <stddef.h>
        #include <time.h>
        #include <unistd.h>
        #include <linux/fs.h>
        #include <linux/futex.h>
        #include <linux/magic.h>
        #include <linux/membarrier.h>
        #include <linux/memfd.h>
        #include <sys/epoll.h>
        #include <sys/eventfd.h>
        #include <sys/file.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/statfs.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <sys/uio.h>
        #include <sys/un.h>

        """;

    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>The program for one architecture.</summary>
    internal static string Program(Architecture architecture)
    {
        var program = new StringBuilder(Headers);
        foreach ((Type type, string name) in Structs)
        {
            if (type != (architecture == Architecture.X64 ? typeof(EpollEvent) : typeof(EpollEventPacked)))
            {
                ClaimStruct(program, type, name);
            }
        }

        foreach ((string name, string value) in Constants(architecture))
        {
            ClaimConstant(program, name, value);
        }

        return program.ToString();
    }

    /// <summary>Every struct in the namespace of the bindings, except what is made for the managed side only.</summary>
    internal static IEnumerable<Type> DeclaredStructs() => typeof(Libc).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(Libc).Namespace)
        .Where(type => type is { IsValueType: true, IsEnum: false, IsNested: false } && type != typeof(ByArchitecture));

    /// <summary>The fields of a struct as declared in source.</summary>
    internal static FieldInfo[] FieldsOf(Type type) => type.GetFields(Everything);

    private static IEnumerable<(string Name, string Value)> Constants(Architecture architecture)
    {
        foreach (FieldInfo field in typeof(Libc).GetFields(BindingFlags.NonPublic | BindingFlags.Static))
        {
            object? value = field.IsLiteral ? field.GetRawConstantValue() : field.GetValue(null);
            string? text = value switch
            {
                ByArchitecture number => (architecture == Architecture.X64 ? number.X64 : number.Arm64).ToString(CultureInfo.InvariantCulture),
                string => null,
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture) + (value is ulong ? "ull" : ""),
                _ => throw new InvalidOperationException($"The oracle cannot ask about Libc.{field.Name}."),
            };
            if (text is not null)
            {
                yield return (field.Name, text);
            }
        }
    }

    private static void ClaimStruct(StringBuilder program, Type type, string name)
    {
        // Too new for many headers; MemoryMapsTests has the kernel itself confirm it.
        string? newerThanHeaders = type == typeof(ProcmapQuery) ? "PROCMAP_QUERY" : null;
        if (newerThanHeaders is not null)
        {
            program.AppendLine(CultureInfo.InvariantCulture, $"#ifdef {newerThanHeaders}");
        }

        Claim(program, $"sizeof({name}) == {Marshal.SizeOf(type)}", $"size of {type.Name}");
        foreach (FieldInfo field in FieldsOf(type))
        {
            Claim(program, $"offsetof({name}, {field.Name}) == {Marshal.OffsetOf(type, field.Name)}", $"{type.Name}.{field.Name} offset");
            Claim(program, $"sizeof((({name} *)0)->{field.Name}) == {SizeOf(field)}", $"{type.Name}.{field.Name} size");
        }

        if (newerThanHeaders is not null)
        {
            program.AppendLine("#endif");
        }
    }

    // Older headers lack the newest constants; the warning tells which, and the test knows which may be missing.
    private static void ClaimConstant(StringBuilder program, string name, string value)
    {
        bool mayBeAnEnumerator = name is "_SC_PAGESIZE" or "_SC_NPROCESSORS_ONLN" or "MAP_FAILED"
            || name.StartsWith("MEMBARRIER_", StringComparison.Ordinal);
        if (name.StartsWith("PROCMAP_QUERY_", StringComparison.Ordinal))
        {
            program.AppendLine("#ifdef PROCMAP_QUERY");
            Claim(program, $"(long long){name} == (long long)({value})", name);
            program.AppendLine("#endif");
            return;
        }

        if (mayBeAnEnumerator)
        {
            Claim(program, $"(long long){name} == (long long)({value})", name);
            return;
        }

        program.AppendLine(CultureInfo.InvariantCulture, $"#ifdef {name}");
        Claim(program, $"(long long){name} == (long long)({value})", name);
        program.AppendLine(CultureInfo.InvariantCulture, $"#else\n#warning missing: {name};\n#endif");
    }

    private static void Claim(StringBuilder program, string condition, string what) =>
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert({condition}, \"{what}\");");

    private static int SizeOf(FieldInfo field)
    {
        var buffer = field.GetCustomAttribute<FixedBufferAttribute>();
        return buffer is not null ? buffer.Length * Marshal.SizeOf(buffer.ElementType)
            : field.FieldType.IsPointer ? nint.Size
            : Marshal.SizeOf(field.FieldType);
    }
}
